import type { PoolClient } from 'pg';
import { newId } from '../ids.ts';
import { affected, rows } from '../sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';

/** Limits on confirmation links, as recipients may not want them. */
const AGAIN_AFTER_MINUTES = 10;
const MOST_A_DAY = 100;

/**
 * Owes links to unconfirmed reply addresses without a recent one, in the caller's transaction. Returns how many. Throws
 * `conflict` above the day's limit.
 */
export async function oweConfirmations(client: PoolClient, accountId: string, emailIds: string[]): Promise<number> {
  const asked = await rows<{ id: string }>(
    client,
    `select e.id from reply_emails e where e.account_id = $1 and e.id = any($2::uuid[]) and e.confirmed_at is null and not exists (
       select from notices n where n.account_id = $1 and n.kind = 'confirm-address' and n.data->>'emailId' = e.id::text
         and n.created_at > now() - interval '${AGAIN_AFTER_MINUTES} minutes')`,
    [accountId, emailIds],
  );
  if (asked.length === 0) return 0;
  const [sent] = await rows<{ count: number }>(
    client,
    `select count(*)::int as count from notices where account_id = $1 and kind = 'confirm-address' and created_at > now() - interval '1 day'`,
    [accountId],
  );
  if ((sent?.count ?? 0) + asked.length > MOST_A_DAY)
    throw new AppError('conflict', said('too-many-confirmations', { most: MOST_A_DAY }));
  return affected(
    client,
    `insert into notices (id, account_id, address, locale, time_zone, kind, data, state, next_at, created_at)
     select n.id, $1, e.address, e.locale, a.time_zone, 'confirm-address',
       jsonb_build_object('emailId', e.id, 'accountName', a.name, 'open', null), 'pending', now(), now()
     from unnest($2::uuid[], $3::uuid[]) as n (id, email_id) join reply_emails e on e.id = n.email_id join accounts a on a.id = e.account_id`,
    [accountId, asked.map(() => newId()), asked.map(({ id }) => id)],
  );
}
