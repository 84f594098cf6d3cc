import type { PoolClient } from 'pg';
import { oweNotice } from '../mail/notice.ts';
import { affected, rows } from '../sql.ts';

/**
 * Closes an account, in the caller's transaction: its keys open nothing and nothing of it goes out from then on; what comes in is filed.
 * After the grace it is erased. Its people are told. Answers whether it was open.
 */
export async function closeAccount(client: PoolClient, accountId: string, graceDays: number): Promise<boolean> {
  const [closed] = await rows<{ at: Date }>(
    client,
    `update accounts set closed_at = now(), erase_at = now() + make_interval(days => $2)
     where id = $1 and closed_at is null returning erase_at as at`,
    [accountId, graceDays],
  );
  if (!closed) return false;
  // Every process checks the open streams of its keys again.
  await affected(
    client,
    `select pg_notify('account_events', id || ' ended') from api_keys where account_id = $1 and revoked_at is null`,
    [accountId],
  );
  await oweNotice(client, { to: { accountId }, kind: 'account-closed', data: { until: closed.at.toISOString() } });
  return true;
}

/** Takes a closing back. Answers whether there was one, and its grace was not over. */
export async function reopenAccount(client: PoolClient, accountId: string): Promise<boolean> {
  const reopened = await affected(
    client,
    'update accounts set closed_at = null, erase_at = null where id = $1 and erase_at > now() and erased_at is null',
    [accountId],
  );
  if (reopened > 0) await oweNotice(client, { to: { accountId }, kind: 'account-reopened', data: {} });
  return reopened > 0;
}
