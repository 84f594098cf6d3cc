import type { Pool } from 'pg';
import { affected, rows } from '../database/sql.ts';

export type LongRun = 'retry-callbacks' | 'retry-emails' | `endpoint/${string}`;

export type OnCallbacksDue = () => void;

type Deps = { pool: Pool; signal: (run: LongRun) => Promise<void> };
export type RunWaker = ReturnType<typeof createRunWaker>;

export const endpointRun = (endpointId: string): LongRun => `endpoint/${endpointId}`;

/** Wakes long-lived runs. Signals only when `wanted` turns true: a run takes at most 10,000 signals. */
export const createRunWaker = ({ pool, signal }: Deps) => {
  async function wake(...runs: LongRun[]): Promise<void> {
    if (runs.length === 0) return;
    const turned = await rows<{ name: LongRun }>(
      pool,
      `insert into wanted_runs (name, wanted, changed_at) select name, true, now() from unnest($1::text[]) as r (name) order by name
       on conflict (name) do update set wanted = true, changed_at = now() where not wanted_runs.wanted
       returning name`,
      [[...new Set(runs)]],
    );
    await Promise.all(turned.map(({ name }) => signal(name)));
  }
  return {
    wake,
    /** The run calls this before it claims: later work wakes it again. */
    async awake(run: LongRun): Promise<void> {
      await affected(pool, `update wanted_runs set wanted = false, changed_at = now() where name = $1`, [run]);
    },
  };
};
