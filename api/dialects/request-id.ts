import { createHash } from 'node:crypto';
import { affected, type Sql } from '../../database/sql.ts';

/** How long a provider's `request_id` is refused when it comes again. */
const KEPT = '24 hours';

/**
 * Takes a request id for its account in the transaction that stores what was asked, so that of two at once one is refused. It stands
 * among the idempotency keys under a name that no header can have. False when it was used within a day.
 */
export const takeRequestId = async (sql: Sql, accountId: string, requestId: string): Promise<boolean> => {
  const hash = createHash('sha256').update(requestId).digest();
  const taken = await affected(
    sql,
    `insert into idempotency_keys as k (account_id, key, request_hash, created_at, locked_until) values ($1, $2, $3, now(), now())
     on conflict (account_id, key) do update set created_at = now() where k.created_at < now() - interval '${KEPT}'`,
    [accountId, `request_id ${hash.toString('base64url')}`, hash],
  );
  return taken === 1;
};
