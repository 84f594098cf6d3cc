import type { Pool } from 'pg';
import { nextSelected, requeue } from '../../database/callbacks/requeue.ts';
import type { ReplayFilter } from '../../database/callbacks/replay.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { endpointRun, type RunWaker } from '../wake-run.ts';

type Deps = { pool: Pool; wake: RunWaker };
export type ReplayPage = ReturnType<typeof createReplayPage>;

type Job = {
  account_id: string;
  endpoint_id: string;
  filter: ReplayFilter;
  rate_per_second: number;
  state: string;
  position: string | null;
};
/** Numbers only. `sleepMs` null: the replay is over. */
export type ReplayStep = { state: string; queued: number; skipped: number; sleepMs: number | null };

const LARGEST_PAGE = 500;
const LOOK_AGAIN_MS = 2000;

export const createReplayPage = ({ pool, wake }: Deps) => ({
  /**
   * Queues the next page and moves the position in one commit. Idempotent: a retried page continues there. When all are queued,
   * checks whether any still waits.
   */
  async replayPage(replayId: string): Promise<ReplayStep> {
    const { step, woken } = await transaction(pool, async (client) => {
      const [job] = await rows<Job>(
        client,
        'select account_id, endpoint_id, filter, rate_per_second, state, position from replays where id = $1 for update',
        [replayId],
      );
      if (!job || (job.state !== 'queueing' && job.state !== 'sending'))
        return { step: { state: job?.state ?? 'gone', queued: 0, skipped: 0, sleepMs: null }, woken: [] };
      if (job.state === 'sending') {
        const waits = await rows(
          client,
          `select from deliveries where replay_id = $1 and trigger <> 'auto' and state in ('retrying', 'held', 'in_flight') limit 1`,
          [replayId],
        );
        const over = waits.length === 0;
        await affected(
          client,
          `update replays set looked_at = now(), state = case when $2 then 'completed' else state end,
             ended_at = case when $2 then now() end where id = $1`,
          [replayId, over],
        );
        const state = over ? 'completed' : 'sending';
        return { step: { state, queued: 0, skipped: 0, sleepMs: over ? null : LOOK_AGAIN_MS }, woken: [] };
      }
      const size = Math.min(LARGEST_PAGE, Math.max(1, job.rate_per_second));
      const selection = { accountId: job.account_id, endpointId: job.endpoint_id, filter: job.filter };
      const ids = await nextSelected(client, selection, job.position, size);
      const queued = await requeue(client, { ids, accountId: job.account_id, trigger: 'replay', replayId });
      const skipped = ids.length - queued.length;
      const state = ids.length < size ? 'sending' : 'queueing';
      await affected(
        client,
        `update replays set looked_at = now(), state = $2, position = coalesce($3, position), queued = queued + $4, skipped = skipped + $5
         where id = $1`,
        [replayId, state, ids.at(-1) ?? null, queued.length, skipped],
      );
      const runs = queued.map((each) => (each.healthy ? ('retry-callbacks' as const) : endpointRun(each.endpoint_id)));
      const sleepMs = Math.ceil((ids.length / job.rate_per_second) * 1000);
      return { step: { state, queued: queued.length, skipped, sleepMs }, woken: runs };
    });
    await wake.wake(...woken);
    return step;
  },
});
