import type { PoolClient } from 'pg';
import { oweNotice } from '../mail/notice.ts';
import { affected, rows } from '../sql.ts';

/**
 * Closes an account in the caller's transaction: its keys stop working and it sends nothing; replies are still filed. Erased
 * after the grace period. Notifies its users. True if it was open.
 */
export async function closeAccount(client: PoolClient, accountId: string, graceDays: number): Promise<boolean> {
  const [closed] = await rows<{ at: Date }>(
    client,
    `update accounts set closed_at = now(), erase_at = now() + make_interval(days => $2)
     where id = $1 and closed_at is null returning erase_at as at`,
    [accountId, graceDays],
  );
  if (!closed) return false;
  // Every process rechecks the open streams of its keys.
  await affected(
    client,
    `select pg_notify('account_events', id || ' ended') from api_keys where account_id = $1 and revoked_at is null`,
    [accountId],
  );
  await oweNotice(client, { to: { accountId }, kind: 'account-closed', data: { until: closed.at.toISOString() } });
  return true;
}

/** Withdraws a closing. True if there was one within its grace period. */
export async function reopenAccount(client: PoolClient, accountId: string): Promise<boolean> {
  const reopened = await affected(
    client,
    'update accounts set closed_at = null, erase_at = null where id = $1 and erase_at > now() and erased_at is null',
    [accountId],
  );
  if (reopened > 0) await oweNotice(client, { to: { accountId }, kind: 'account-reopened', data: {} });
  return reopened > 0;
}
