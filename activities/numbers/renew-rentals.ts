import type { Pool } from 'pg';
import { oweNotice } from '../../database/mail/notice.ts';
import { releaseExpired, renewDue, tellExpiring } from '../../database/numbers/rentals.ts';
import { transaction } from '../../database/sql.ts';
import type { RunWaker } from '../wake-run.ts';

type Deps = { pool: Pool; wake: Pick<RunWaker, 'wake'> };
export type RenewRentals = ReturnType<typeof createRenewRentals>;

const PAGE = 100;

export const createRenewRentals = ({ pool, wake }: Deps) => ({
  /**
   * Idempotent: one page of rentals that end soon, renew (charged) or have ended (released), with their notices in one commit.
   * True while there may be more.
   */
  async renewRentals(): Promise<boolean> {
    const most = await transaction(pool, async (client) => {
      const expiring = await tellExpiring(client, PAGE);
      for (const { number, accountId, at } of expiring)
        await oweNotice(client, { to: { accountId }, kind: 'number-expiring', data: { number, at: at.toISOString() } });
      const renewed = await renewDue(client, PAGE);
      for (const { number, accountId, at } of renewed)
        await oweNotice(client, { to: { accountId }, kind: 'number-renewed', data: { number, until: at.toISOString() } });
      const ended = await releaseExpired(client, PAGE);
      for (const { number, accountId } of ended)
        await oweNotice(client, { to: { accountId }, kind: 'number-released', data: { number, reason: 'expired' } });
      return Math.max(expiring.length, renewed.length, ended.length);
    });
    if (most > 0) await wake.wake('retry-emails');
    // A rental that missed several nights renews month by month.
    return most > 0;
  },
});
