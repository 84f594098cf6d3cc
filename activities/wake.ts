import type { Pool } from 'pg';
import { affected } from '../database/sql.ts';

/** The long-lived runs, by their workflow ids. */
export type LongRun = 'retry-callbacks' | 'retry-emails';

type Deps = { pool: Pool; signal: (run: LongRun) => Promise<void> };
export type Wake = ReturnType<typeof createWake>;

/** Makes sure that a long-lived run looks again. It is signalled only when `wanted` turns true: a run takes 10,000 signals at most. */
export const createWake = ({ pool, signal }: Deps) => ({
  async wake(run: LongRun): Promise<void> {
    const turned = await affected(
      pool,
      `insert into wanted_runs (name, wanted, changed_at) values ($1, true, now())
       on conflict (name) do update set wanted = true, changed_at = now() where not wanted_runs.wanted`,
      [run],
    );
    if (turned > 0) await signal(run);
  },
  /** The run says this before it claims: what comes from here on wakes it again. */
  async awake(run: LongRun): Promise<void> {
    await affected(pool, `update wanted_runs set wanted = false, changed_at = now() where name = $1`, [run]);
  },
});
