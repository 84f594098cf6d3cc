import type { Pool } from 'pg';
import type { Carrier, PolledPage } from '../carriers/carrier.ts';
import type { SyncCursor } from '../database/carrier.ts';
import { newId } from '../database/ids.ts';
import { affected, rows, transaction } from '../database/sql.ts';
import { heartbeating } from './heartbeat.ts';
import type { Lines } from './lines.ts';
import { createReleaseReplies } from './release-replies.ts';
import { polledKey, prefixOf, storePolled } from './store-polled.ts';

/** Where a run stands between two activities. */
export type SyncPosition = { after: number | null };
export type SyncStep = { position: SyncPosition; done: boolean };

type Deps = {
  pool: Pool;
  lines: Lines;
  registry: Record<string, Carrier>;
  country: string;
  deliverReplies: (ids: string[]) => void;
  injectableClock: boolean;
};
export type SyncLowcost = ReturnType<typeof createSyncLowcost>;

/** How far before the cursor is read again, in case the device stored one late: ids, or ms where the cursor is a time. */
const OVERLAP: Record<'id' | 'time', number> = { id: 10, time: 3 * 86_400_000 };
const WORK_MS = 30_000;

type RunRow = { id: string; carrier_id: string; now: Date | null; type: string };

export const createSyncLowcost = ({ pool, lines, registry, country, deliverReplies, injectableClock }: Deps) => ({
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
   * Idempotent: stores what the gateway holds, page by page, each before the next is asked for and with the cursor that passes
   * it. Works for 30 s at most; the answer's position goes into the next call.
   */
  syncPages: (runId: string, position: SyncPosition | null): Promise<SyncStep> =>
    heartbeating(async () => {
      const [run] = await rows<RunRow>(
        pool,
        `select r.id, r.carrier_id, r.now, c.type from sync_runs r join carriers c on c.id = r.carrier_id where r.id = $1`,
        [runId],
      );
      if (!run) throw new Error('There is no such sync');
      const seenAt = injectableClock && run.now ? run.now : new Date();
      const until = performance.now() + WORK_MS;
      const isTime = registry[run.type]?.capabilities.cursor === 'time';
      let after = position?.after;
      for (;;) {
        const cursor = await readCursor(pool, run.carrier_id);
        after ??= cursor && Math.max(0, cursor.id - OVERLAP[isTime ? 'time' : 'id']);
        const poll = lines.session(run.carrier_id).pollReplies;
        if (!poll) throw new Error('This carrier can not be asked for replies');
        const page = await poll(after);
        if (!isTime && cursor && (wasReset(cursor, page) || (await holdsOthers(pool, run.carrier_id, cursor, page)))) {
          await moveCursor(pool, run.carrier_id, cursor, { serial: page.serial, generation: cursor.generation + 1, id: 0 });
          after = 0;
          continue;
        }
        const origin = { serial: page.serial, generation: cursor?.generation ?? 1, country, seenAt };
        const sims = await simNumbers(pool, run.carrier_id);
        const last = Math.max(after ?? 0, ...[...page.replies, ...page.unreadable].flatMap(({ id }) => id ?? []));
        await transaction(pool, async (client) => {
          const stored = await storePolled(client, run.carrier_id, page, { ...origin, sims });
          if (last > (cursor?.id ?? 0)) {
            await moveCursor(client, run.carrier_id, cursor, { serial: origin.serial, generation: origin.generation, id: last });
          }
          const read = page.replies.length + page.unreadable.length;
          await affected(
            client,
            `update sync_runs set read = read + $2, duplicates = duplicates + $3, errors = errors + $4,
               clock_skew_ms = case when $5::int is null then clock_skew_ms when abs($5) > abs(coalesce(clock_skew_ms, 0)) then $5 else clock_skew_ms end,
               cursor = (select sync_cursor from carriers where id = $6) where id = $1`,
            [runId, read, read - stored, page.unreadable.length, skewOf(page), run.carrier_id],
          );
        });
        after = last;
        if (!page.more) return { position: { after }, done: true };
        if (performance.now() > until) return { position: { after }, done: false };
      }
    }),

  ...createReleaseReplies({ pool, deliverReplies, injectableClock }),

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

async function readCursor(pool: Pool, carrierId: string): Promise<SyncCursor | null> {
  const [carrier] = await rows<{ sync_cursor: SyncCursor | null }>(pool, `select sync_cursor from carriers where id = $1`, [
    carrierId,
  ]);
  return carrier?.sync_cursor ?? null;
}

/** Which number each slot of a gateway has. */
async function simNumbers(pool: Pool, carrierId: string): Promise<Map<number, string>> {
  const sims = await rows<{ port: number; number: string }>(
    pool,
    `select port, number from numbers where carrier_id = $1 and port is not null`,
    [carrierId],
  );
  return new Map(sims.map((sim) => [sim.port, sim.number]));
}

/**
 * How far the device's clock is ahead of ours, in ms: as it says itself, or at least as far as what it holds is dated in the
 * future.
 */
function skewOf({ clock, replies }: PolledPage): number | null {
  const now = Date.now();
  const said = clock ? clock.getTime() - now : null;
  const ahead = Math.max(...replies.map(({ receivedAt }) => receivedAt.getTime() - now));
  const skew = ahead > Math.max(said ?? 0, 1000) ? ahead : said;
  // Its second may have begun up to a second ago. Years fit in the column.
  return skew === null ? null : Math.abs(skew) <= 2000 ? 0 : Math.max(-MOST_SKEW, Math.min(MOST_SKEW, Math.round(skew)));
}
const MOST_SKEW = 2 ** 31 - 1;

/** Ids belong to one device, and start over when it is reset: then its highest is lower than what was read before. */
const wasReset = (cursor: SyncCursor, page: PolledPage): boolean =>
  cursor.serial !== page.serial || (cursor.id > 0 && (page.topId ?? 0) < cursor.id);

/**
 * Whether what is read again before the cursor is not what was stored under those ids: a device that was reset and has filled
 * up past the cursor since. Compared by hashes, which outlive an erased text.
 */
async function holdsOthers(pool: Pool, carrierId: string, cursor: SyncCursor, page: PolledPage): Promise<boolean> {
  const again = page.replies.filter(({ id, externalId }) => id <= cursor.id && externalId !== null);
  if (again.length === 0) return false;
  const keys = new Set(again.map((reply) => `${reply.externalId} ${polledKey(reply)}`));
  const prefix = prefixOf({ serial: page.serial, generation: cursor.generation });
  const stored = await rows<{ external_id: string; content_key: string }>(
    pool,
    `select external_id, content_key from replies where carrier_id = $1 and external_id = any($2::text[]) and content_key is not null`,
    [carrierId, again.map(({ externalId }) => `${prefix}${externalId}`)],
  );
  return stored.some((row) => !keys.has(`${row.external_id.slice(prefix.length)} ${row.content_key}`));
}

/** Compare and set: two syncs that should not run beside each other can not move it back. */
const moveCursor = (sql: Parameters<typeof affected>[0], carrierId: string, from: SyncCursor | null, to: SyncCursor) =>
  affected(sql, `update carriers set sync_cursor = $3 where id = $1 and sync_cursor is not distinct from $2`, [
    carrierId,
    from === null ? null : JSON.stringify(from),
    JSON.stringify(to),
  ]);
