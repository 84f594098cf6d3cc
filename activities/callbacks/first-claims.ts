import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Born } from '../../database/callbacks/emit-events.ts';
import { affected } from '../../database/sql.ts';
import type { ClaimedCallback } from './claim-callbacks.ts';

type Deps = { pool: Pool; log: Logger; onCallbacksDue: () => void };
export type FirstClaims = ReturnType<typeof createFirstClaims>;

/** How long the run of a page may take to come and post what it filed: less than a first lease lasts. */
const COLLECTED_WITHIN_MS = 4000;

/**
 * Claims that deliveries were stored with, kept in this process until the run of their page posts them here. Temporal carries
 * their ids only. A run that goes on elsewhere does not find them: they are given back, due at once and without an attempt.
 */
export function createFirstClaims({ pool, log, onCallbacksDue }: Deps) {
  const kept = new Map<string, { claimed: ClaimedCallback; until: number }>();

  function remove(ids: string[], which: (until: number) => boolean): ClaimedCallback[] {
    const found = ids.flatMap((id) => kept.get(id) ?? []).filter(({ until }) => which(until));
    for (const { claimed } of found) kept.delete(claimed.id);
    return found.map(({ claimed }) => claimed);
  }

  /** Answers how many. */
  async function giveBack(ids: string[], reason: 'rate' | 'network' = 'rate'): Promise<number> {
    const claims = remove(ids, () => true);
    if (claims.length === 0) return 0;
    const back = affected(
      pool,
      `update deliveries d set state = 'held', held_reason = $3, next_at = now(), attempts = d.attempts - 1, claim = null, lease_until = null
       from unnest($1::uuid[], $2::uuid[]) as c (id, claim) where d.id = c.id and d.claim = c.claim and d.state = 'in_flight'`,
      [claims.map(({ id }) => id), claims.map(({ claim }) => claim), reason],
    );
    const count = await back.catch((error: unknown) => {
      log.warn({ err: error }, 'first attempts could not be given back; their leases run out');
      return 0;
    });
    onCallbacksDue();
    return count;
  }

  return {
    /** Those that may still be attempted: a process that stood still must not post under a lease that ran out. */
    take: (ids: string[]): ClaimedCallback[] => remove(ids, (until) => performance.now() < until),
    giveBack,
    keep(claims: ClaimedCallback[]): void {
      if (claims.length === 0) return;
      const until = performance.now() + COLLECTED_WITHIN_MS;
      for (const claimed of claims) kept.set(claimed.id, { claimed, until });
      const ids = claims.map(({ id }) => id);
      setTimeout(() => void giveBack(ids), COLLECTED_WITHIN_MS).unref();
    },
    /** Gives back whatever is left, for this process ends. */
    close: (): Promise<unknown> => giveBack([...kept.keys()]),
  };
}

/** A delivery that was stored with its claim, as an attempt needs it. `ingestedAt`: when the reply came that it is about. */
export function claimOf({ endpoint, at, seen, ...born }: Born, ingestedAt: Date | undefined): ClaimedCallback {
  return {
    ...born,
    attempt: 1,
    probe: false,
    trigger: 'auto',
    endpointId: endpoint.id,
    conversationId: null,
    outOfOrder: false,
    url: endpoint.url,
    secrets: endpoint.secrets,
    timeoutMs: endpoint.timeout_ms,
    fallbackUrl: endpoint.fallback_url,
    format: endpoint.format,
    schedule: endpoint.schedule,
    waitedMs: at.getTime() - (ingestedAt ?? at).getTime(),
    claimedAt: at,
    now: () => new Date(at.getTime() + performance.now() - seen),
  };
}
