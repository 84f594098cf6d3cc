import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { callbackHeaders, type AttemptResult, type Poster } from '../callbacks/request.ts';
import { CALLBACK_SCHEDULE, nextAttempt, type Schedule } from '../domain/retry-schedule.ts';
import type { Secrets } from '../database/secrets.ts';
import { affected } from '../database/sql.ts';
import {
  claimCallbacks,
  claimDueCallbacks,
  holdForRate,
  reclaimDead,
  stillPending,
  untilNextDue,
  type ClaimedCallback,
} from './claim-deliveries.ts';
import { heartbeating } from './heartbeat.ts';
import { createRecorder, type Ended } from './record-attempts.ts';
import type { Wake } from './wake.ts';

type Deps = { pool: Pool; log: Logger; secrets: Secrets; poster: Poster; wake: Wake; schedule?: Schedule };
export type PostCallbacks = ReturnType<typeof createPostCallbacks>;

/** How long a fresh delivery waits in this process for a place at its endpoint. */
const SURPLUS_WAITS_MS = 5000;
/** How long one drain works before it answers. */
const DRAIN_MS = 30_000;

export const createPostCallbacks = ({ pool, log, secrets, poster, wake, schedule = CALLBACK_SCHEDULE }: Deps) => {
  const recorder = createRecorder(pool);

  async function attempt(delivery: ClaimedCallback): Promise<Ended['state']> {
    const result = await poster.post({
      url: delivery.url,
      headers: callbackHeaders({
        secrets: readSecrets(secrets, delivery.secrets),
        id: delivery.eventId,
        deliveryId: delivery.id,
        attempt: delivery.attempt,
        trigger: 'auto',
        body: delivery.body,
        now: new Date(),
      }),
      body: delivery.body,
      timeoutMs: delivery.timeoutMs,
    });
    const ended = judge(delivery, result, schedule);
    await recorder.record(ended);
    if (result.class === 'gone')
      await affected(pool, `update callback_endpoints set gone_at = now() where id = $1 and gone_at is null`, [
        delivery.endpointId,
      ]);
    return ended.state;
  }

  /** Runs attempts beside one another and tells when any of them is over. */
  function fleet() {
    const flying = new Set<Promise<void>>();
    let troubled = 0;
    return {
      launch(deliveries: ClaimedCallback[]): void {
        for (const delivery of deliveries) {
          const flight: Promise<void> = attempt(delivery)
            .then((state) => {
              if (state === 'retrying') troubled++;
            })
            .catch((error: unknown) =>
              log.error({ err: error, deliveryId: delivery.id }, 'an attempt could not be recorded; its lease runs out'),
            )
            .finally(() => flying.delete(flight));
          flying.add(flight);
        }
      },
      get size() {
        return flying.size;
      },
      get troubled() {
        return troubled;
      },
      landed: (ms: number): Promise<unknown> => Promise.race([...flying, new Promise((resolve) => setTimeout(resolve, ms))]),
      all: (): Promise<unknown> => Promise.all(flying),
    };
  }

  return {
    /**
     * First attempts, at most once each: a delivery is claimed before its attempt, so a retried page finds nothing to claim
     * and posts nothing twice. What fails is left to the run of retries.
     */
    postCallbacks: (deliveryIds: string[]): Promise<void> =>
      heartbeating(async () => {
        const attempts = fleet();
        const until = performance.now() + SURPLUS_WAITS_MS;
        let waiting = deliveryIds;
        while (waiting.length > 0) {
          const claimed = await claimCallbacks(pool, waiting);
          attempts.launch(claimed);
          const taken = new Set(claimed.map((each) => each.id));
          waiting = waiting.filter((id) => !taken.has(id));
          if (waiting.length === 0) break;
          if (claimed.length === 0) waiting = await stillPending(pool, waiting);
          if (performance.now() > until) break;
          await attempts.landed(100);
        }
        const held = waiting.length > 0 ? await holdForRate(pool, waiting) : 0;
        if (held > 0) await wake.wake('retry-callbacks');
        await attempts.all();
        if (attempts.troubled > 0) await wake.wake('retry-callbacks');
      }),

    /**
     * Attempts whatever is due, across endpoints, for 30 s at most; answers how long the run may sleep, null when nothing is
     * owed. At most once each, by claim.
     */
    drainCallbacks: (): Promise<{ sleepMs: number | null }> =>
      heartbeating(async () => {
        await wake.awake('retry-callbacks');
        const attempts = fleet();
        const until = performance.now() + DRAIN_MS;
        let sleepMs: number | null = 0;
        while (performance.now() < until) {
          await reclaimDead(pool);
          const claimed = await claimDueCallbacks(pool);
          attempts.launch(claimed);
          if (claimed.length > 0) continue;
          sleepMs = await untilNextDue(pool, 'callback');
          if (attempts.size === 0 && (sleepMs === null || sleepMs > 0)) break;
          await (attempts.size > 0 ? attempts.landed(250) : new Promise((resolve) => setTimeout(resolve, 250)));
        }
        await attempts.all();
        return { sleepMs: await untilNextDue(pool, 'callback') };
      }),
  };
};

/** What an attempt's result makes of its delivery. Retry-After raises the delay and never lowers it. */
function judge(delivery: ClaimedCallback, result: AttemptResult, schedule: Schedule): Ended {
  const outcome = {
    id: delivery.id,
    claim: delivery.claim,
    class: result.class,
    status: result.status,
    timings: result.timings,
    remoteAddress: result.remoteAddress,
    responseHeaders: result.responseHeaders,
    bodyExcerpt: result.bodyExcerpt,
    error: result.error,
  };
  if (result.ok) return { ...outcome, state: 'delivered', nextAt: null };
  if (result.class === 'gone') return { ...outcome, state: 'held', heldReason: 'gone', nextAt: null };
  const nextAt = nextAttempt({
    attempt: delivery.attempt,
    now: new Date(),
    retryAfterMs: result.retryAfterMs,
    random: Math.random,
    schedule,
  });
  return nextAt ? { ...outcome, state: 'retrying', nextAt } : { ...outcome, state: 'exhausted', nextAt: null };
}

const readSecrets = (secrets: Secrets, sealed: Buffer): string[] => {
  const list: unknown = JSON.parse(secrets.open(sealed));
  if (!Array.isArray(list)) throw new Error('The secrets of an endpoint are no list');
  return list.filter((each) => typeof each === 'string');
};
