import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { affected, rows, type Sql } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';
import { describeError } from './log.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

/** How long an answer is kept, and how long a request that may have died keeps its key. */
const KEPT = '30 days';
const LEASE = '2 minutes';

const FORM = /^[\x21-\x7e]{1,255}$/;

export const IdempotencyHeader = z.object({
  'idempotency-key': z.string().optional().openapi({
    description:
      'Up to 255 visible ASCII characters, fresh for each thing to be done. The same key with the same body gets the same answer for 30 days (header Idempotent-Replayed: true), with another body 422, while the first is under way 409. A refused request frees its key.',
  }),
});

const inFlight = () => new AppError('idempotency-key-in-flight');

/** A handler that stores its answer takes `idempotency` from the context. */
export const idempotent =
  ({ db }: ApiServices): MiddlewareHandler<AccountEnv> =>
  async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (key === undefined) return next();
    if (!FORM.test(key)) throw invalidRequest(fault('Idempotency-Key', 'idempotency-key'));
    const account = c.get('account').id;
    const hash = createHash('sha256')
      // Callers who see no numbers must not get another caller's answer.
      .update(`${c.req.method} ${c.req.path}\n${c.get('account').onlyFor ?? ''}`)
      .update(new Uint8Array(await c.req.arrayBuffer()))
      .digest();

    const lease = await take(db.pool, account, key, hash);
    if (lease === undefined) {
      const stored = await answerOf(db.pool, account, key, hash);
      return c.body(stored.response, 202, { 'Content-Type': 'application/json', 'Idempotent-Replayed': 'true' });
    }
    c.set('idempotency', {
      async keep(sql, status, answer) {
        // As text within jsonb, which would reorder the fields.
        const kept = await affected(
          sql,
          `update idempotency_keys set status = $4, response = to_jsonb($5::text)
           where account_id = $1 and key = $2 and status is null and locked_until = $3::timestamptz`,
          [account, key, lease, status, JSON.stringify(answer)],
        );
        if (kept !== 1) throw inFlight(); // the lease has run out, and another request took the key
      },
    });
    await next();
    if (c.res.status < 300) return undefined;
    await affected(
      db.pool,
      'delete from idempotency_keys where account_id = $1 and key = $2 and status is null and locked_until = $3::timestamptz',
      [account, key, lease],
    ).catch((error: unknown) =>
      c.get('log').warn({ error: describeError(error) }, 'an idempotency key waits for its lease to end'),
    );
    return undefined;
  };

/** Takes a free key, or one whose request died. Undefined when it is answered or under way. */
async function take(sql: Sql, account: string, key: string, hash: Buffer): Promise<string | undefined> {
  const [taken] = await rows<{ lease: string }>(
    sql,
    `insert into idempotency_keys as k (account_id, key, request_hash, created_at, locked_until)
     values ($1, $2, $3, now(), now() + interval '${LEASE}')
     on conflict (account_id, key) do update
       set request_hash = excluded.request_hash, status = null, response = null, created_at = excluded.created_at, locked_until = excluded.locked_until
       where k.created_at < now() - interval '${KEPT}' or (k.status is null and k.locked_until < now() and k.request_hash = excluded.request_hash)
     returning locked_until::text as lease`,
    [account, key, hash],
  );
  return taken?.lease;
}

/** Throws while there is no answer yet, and for another request's key. */
async function answerOf(sql: Sql, account: string, key: string, hash: Buffer): Promise<{ response: string }> {
  const [stored] = await rows<{ same: boolean; response: string | null }>(
    sql,
    `select request_hash = $3 as same, response #>> '{}' as response from idempotency_keys where account_id = $1 and key = $2`,
    [account, key, hash],
  );
  if (stored?.same === false) throw new AppError('idempotency-key-reused');
  if (!stored || stored.response === null) throw inFlight();
  return { response: stored.response };
}
