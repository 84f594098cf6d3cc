import type { Pool } from 'pg';
import type { PolledPage } from '../carriers/carrier.ts';
import type { SyncCursor } from '../database/carrier.ts';
import { newId } from '../database/ids.ts';
import { affected, rows } from '../database/sql.ts';
import { decodeText } from '../domain/sms-text.ts';
import { heartbeating } from './heartbeat.ts';
import { insertReplies, readReply, storable } from './store-replies.ts';
import type { Lines } from './lines.ts';

/** Where a run stands between two activities. `leading`: every id so far was old enough, so the cursor may pass it. */
export type SyncPosition = { after: number | null; leading: boolean };
export type SyncStep = { position: SyncPosition; done: boolean };

type Deps = { pool: Pool; lines: Lines; country: string; deliverReplies: (ids: string[]) => void; injectableClock: boolean };
export type SyncLowcost = ReturnType<typeof createSyncLowcost>;

/** A reply is released when its gateway has had it for this long. */
export const CUTOFF_MS = 6 * 3_600_000;
/** How many ids before the cursor are read again, in case the device stored one late. */
const OVERLAP = 10;
const WORK_MS = 30_000;

type CarrierRow = { sync_cursor: SyncCursor | null };
type RunRow = { id: string; carrier_id: string; now: Date | null };

export const createSyncLowcost = ({ pool, lines, country, deliverReplies, injectableClock }: Deps) => ({
  /** Takes the oldest sync that was asked for, or notes a new one for tonight's. Null when `onlyAsked` and none was. */
  async openSync(carrierId: string, onlyAsked: boolean): Promise<string | null> {
    const [asked] = await rows<{ id: string }>(
      pool,
      `update sync_runs set state = 'running', started_at = now() where id = (
         select id from sync_runs where carrier_id = $1 and state = 'requested' order by id limit 1 for update skip locked) returning id`,
      [carrierId],
    );
    if (asked || onlyAsked) return asked?.id ?? null;
    const [made] = await rows<{ id: string }>(
      pool,
      `insert into sync_runs (id, carrier_id, state, requested_at, started_at) values ($2, $1, 'running', now(), now()) returning id`,
      [carrierId, newId()],
    );
    return made?.id ?? null;
  },

  /**
   * Idempotent: stores the replies that are old enough, page by page, each before the next is asked for, and moves the
   * gateway's cursor over the leading run of them. Works for 30 s at most; the answer's position goes into the next call.
   */
  syncPages: (runId: string, position: SyncPosition | null): Promise<SyncStep> =>
    heartbeating(async () => {
      const [run] = await rows<RunRow>(pool, `select id, carrier_id, now from sync_runs where id = $1`, [runId]);
      if (!run) throw new Error('There is no such sync');
      const now = injectableClock && run.now ? run.now : new Date();
      const until = performance.now() + WORK_MS;
      let at = position;
      for (;;) {
        const [carrier] = await rows<CarrierRow>(pool, `select sync_cursor from carriers where id = $1`, [run.carrier_id]);
        const cursor = carrier?.sync_cursor ?? null;
        const after = at ? at.after : cursor && Math.max(0, cursor.id - OVERLAP);
        const poll = lines.session(run.carrier_id).pollReplies;
        if (!poll) throw new Error('This carrier can not be asked for replies');
        const page = await poll(after);
        if (cursor && (wasReset(cursor, page) || (await holdsOthers(pool, run.carrier_id, cursor, page)))) {
          await moveCursor(pool, run.carrier_id, cursor, { serial: page.serial, generation: cursor.generation + 1, id: 0 });
          at = { after: 0, leading: true };
          continue;
        }
        const generation = cursor?.generation ?? 1;
        const old = page.replies.filter((reply) => now.getTime() - reply.receivedAt.getTime() >= CUTOFF_MS);
        const sims = await simNumbers(pool, run.carrier_id);
        const stored = await insertReplies(
          pool,
          run.carrier_id,
          null,
          null,
          old.map((reply) =>
            readReply(
              {
                ...reply,
                to: sims.get(reply.port) ?? `port ${reply.port}`,
                externalId: `${page.serial}:${generation}:${reply.id}`,
              },
              country,
            ),
          ),
        );
        if (stored.length > 0) deliverReplies(stored);

        const firstYoung = page.replies.findIndex((reply) => !old.includes(reply));
        const leading = (at?.leading ?? true) ? (firstYoung === -1 ? page.replies : page.replies.slice(0, firstYoung)) : [];
        const passed = leading.at(-1)?.id;
        if (passed !== undefined && passed > (cursor?.id ?? 0)) {
          await moveCursor(pool, run.carrier_id, cursor, { serial: page.serial, generation, id: passed });
        }
        await affected(
          pool,
          `update sync_runs set read = read + $2, new = new + $3, duplicates = duplicates + $4, young = young + $5,
             cursor = (select sync_cursor from carriers where id = $6) where id = $1`,
          [
            runId,
            page.replies.length,
            stored.length,
            old.length - stored.length,
            page.replies.length - old.length,
            run.carrier_id,
          ],
        );
        at = { after: page.replies.at(-1)?.id ?? after, leading: (at?.leading ?? true) && firstYoung === -1 };
        if (!page.more) return { position: at, done: true };
        if (performance.now() > until) return { position: at, done: false };
      }
    }),

  /** Idempotent: notes how a sync ended. */
  async closeSync(runId: string, error: string | null): Promise<void> {
    await affected(
      pool,
      `update sync_runs set state = case when $2::text is null then 'done' else 'failed' end, error = $2, ended_at = now(),
         errors = errors + case when $2::text is null then 0 else 1 end where id = $1 and ended_at is null`,
      [runId, error],
    );
  },
});

/** Which number each slot of a gateway has. */
async function simNumbers(pool: Pool, carrierId: string): Promise<Map<number, string>> {
  const sims = await rows<{ port: number; number: string }>(
    pool,
    `select port, number from numbers where carrier_id = $1 and port is not null`,
    [carrierId],
  );
  return new Map(sims.map((sim) => [sim.port, sim.number]));
}

/** Ids belong to one device, and start over when it is reset: then its highest is lower than what was read before. */
const wasReset = (cursor: SyncCursor, page: PolledPage): boolean =>
  cursor.serial !== page.serial || (cursor.id > 0 && (page.topId ?? 0) < cursor.id);

/**
 * Whether what is read again before the cursor is not what was stored under those ids: a device that was reset and has filled
 * up past the cursor since.
 */
async function holdsOthers(pool: Pool, carrierId: string, cursor: SyncCursor, page: PolledPage): Promise<boolean> {
  const again = new Map(
    page.replies.filter(({ id }) => id <= cursor.id).map((reply) => [`${page.serial}:${cursor.generation}:${reply.id}`, reply]),
  );
  const stored = await rows<{ external_id: string; from_raw: string; text: string }>(
    pool,
    `select external_id, from_raw, text from replies where carrier_id = $1 and external_id = any($2::text[])`,
    [carrierId, [...again.keys()]],
  );
  return stored.some((row) => {
    const reply = again.get(row.external_id);
    return (
      reply !== undefined &&
      (storable(reply.from) !== row.from_raw || storable(decodeText(reply.body, reply.encoding)) !== row.text)
    );
  });
}

/** Compare and set: two syncs that should not run beside each other can not move it back. */
const moveCursor = (pool: Pool, carrierId: string, from: SyncCursor | null, to: SyncCursor): Promise<number> =>
  affected(pool, `update carriers set sync_cursor = $3 where id = $1 and sync_cursor is not distinct from $2`, [
    carrierId,
    from === null ? null : JSON.stringify(from),
    JSON.stringify(to),
  ]);
