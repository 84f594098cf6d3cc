import type { Pool } from 'pg';
import { emitEvents } from '../../database/callbacks/emit-events.ts';
import { announce } from '../../database/live.ts';
import { oweNotices } from '../../database/mail/notice.ts';
import { takeUntold } from '../../database/sending/spend-limits.ts';
import { transaction } from '../../database/sql.ts';
import { CURRENCY, writeAmount } from '../../domain/money.ts';
import type { RunWaker } from '../wake-run.ts';

/** Idempotent: tells accounts that a spend limit holds their messages, by event and mail, once a day and limit. */
export async function notifySpendLimit(pool: Pool, wake: Pick<RunWaker, 'wake'>, accountIds: string[]): Promise<void> {
  const accounts = await transaction(pool, async (client) => {
    const held = await takeUntold(client, accountIds);
    const said = held.map(({ accountId, by, until, limit }) => ({
      accountId,
      data: { limit: by, amount: writeAmount(limit), currency: CURRENCY, until: until.toISOString() },
    }));
    await oweNotices(
      client,
      said.map(({ accountId, data }) => ({ to: { accountId }, kind: 'spend-limit-reached', data }) as const),
    );
    const emitted = await emitEvents(
      client,
      said.map((each) => ({ ...each, type: 'account.spend-limit-reached' as const })),
      null,
    );
    return emitted.accounts;
  });
  if (accounts.length === 0) return;
  await wake.wake('retry-callbacks', 'retry-emails');
  await announce(pool, accounts);
}
