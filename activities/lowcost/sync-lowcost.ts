import type { Pool } from 'pg';
import type { PolledPage } from '../../carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows } from '../../database/sql.ts';
import { progressBefore, reportProgress } from '../progress.ts';
import { createReleaseReplies } from './release-replies.ts';
import type { createGatewayReader } from './read-gateway.ts';

export type SyncPosition = { after: number | null };
export type SyncStep = { position: SyncPosition; done: boolean };

type Deps = {
  pool: Pool;
  readGateway: ReturnType<typeof createGatewayReader>;
  deliverReplies: (ids: string[]) => void;
  injectableClock: boolean;
};
export type SyncLowcost = ReturnType<typeof createSyncLowcost>;

const WORK_MS = 30_000;

type RunRow = { id: string; carrier_id: string; now: Date | null };

export const createSyncLowcost = ({ pool, readGateway, deliverReplies, injectableClock }: Deps) => ({
  /** Takes the oldest requested sync, or creates tonight's. Null when `onlyAsked` and none was. */
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
   * Idempotent: stores what the gateway holds, a page and its cursor per commit, before asking for the next. Works for at most 30
   * s; pass the position to the next call.
   */
  async syncPages(runId: string, position: SyncPosition | null): Promise<SyncStep> {
    const [run] = await rows<RunRow>(pool, `select id, carrier_id, now from sync_runs where id = $1`, [runId]);
    if (!run) throw new Error('The sync does not exist');
    const seenAt = injectableClock && run.now ? run.now : new Date();
    const until = performance.now() + WORK_MS;
    // A retry continues where the last attempt was.
    let after = progressBefore()?.['after'] ?? position?.after ?? null;
    for (;;) {
      const read = await readGateway(run.carrier_id, after, seenAt, async (client, { page, readAt, stored }) => {
        const shown = page.replies.length + page.unreadable.length;
        await affected(
          client,
          `update sync_runs set read = read + $2, duplicates = duplicates + $3, errors = errors + $4,
               clock_skew_ms = case when $5::int is null then clock_skew_ms when abs($5) > abs(coalesce(clock_skew_ms, 0)) then $5
                 else coalesce(clock_skew_ms, $5) end,
               cursor = (select sync_cursor from carriers where id = $6) where id = $1`,
          [runId, shown, shown - stored, page.unreadable.length, skewOf(page, readAt), run.carrier_id],
        );
      });
      after = read.after;
      reportProgress({ after });
      if (!read.more) return { position: { after }, done: true };
      if (performance.now() > until) return { position: { after }, done: false };
    }
  },

  ...createReleaseReplies({ pool, deliverReplies, injectableClock }),

  async closeSync(runId: string, error: string | null): Promise<void> {
    await affected(
      pool,
      `update sync_runs set state = case when $2::text is null then 'done' else 'failed' end, error = $2, ended_at = now(),
         errors = errors + case when $2::text is null then 0 else 1 end where id = $1 and ended_at is null`,
      [runId, error],
    );
  },
});

/** Device clock minus ours, in ms: as reported, or at least as far as its SMS are dated in the future. */
function skewOf({ clock, replies }: PolledPage, now: number): number | null {
  const said = clock ? clock.getTime() - now : null;
  const ahead = Math.max(...replies.map(({ receivedAt }) => receivedAt.getTime() - now));
  const skew = ahead > Math.max(said ?? 0, 1000) ? ahead : said;
  // Seconds are rounded by up to one. Clamped to the column.
  return skew === null ? null : Math.abs(skew) <= 2000 ? 0 : Math.max(-MOST_SKEW, Math.min(MOST_SKEW, Math.round(skew)));
}
const MOST_SKEW = 2 ** 31 - 1;
