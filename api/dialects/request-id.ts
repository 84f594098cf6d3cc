import { createHash } from 'node:crypto';
import { affected, type Sql } from '../../database/sql.ts';

/** How long a repeated `request_id` is refused. */
const KEPT = '24 hours';

/**
 * Claims a request id in the transaction that stores the send; false when used within a day. Stored as an idempotency key under a
 * name that no header can have.
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
