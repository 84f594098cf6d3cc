import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { readLedger } from '../../database/callbacks/ledger.ts';
import { affected } from '../../database/sql.ts';

export type CheckLedger = ReturnType<typeof createCheckLedger>;

export const createCheckLedger = ({ pool, log }: { pool: Pool; log: Logger }) => ({
  /** Idempotent: reads every row, however long it takes, and stores how many break a promise. */
  async checkLedger(): Promise<void> {
    const { broken } = await readLedger(pool);
    const count = Object.values(broken).reduce((sum, rows) => sum + rows, 0);
    if (count > 0) log.error({ broken }, 'the ledger does not add up');
    await affected(
      pool,
      `insert into upkeep (name, at, value) values ('ledger', now(), $1) on conflict (name) do update set at = now(), value = $1`,
      [count],
    );
  },
});
