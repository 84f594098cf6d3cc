import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Pool } from 'pg';
import { newId } from '../database/ids.ts';
import type { SuppressionReason } from '../database/mail-suppression.ts';
import { affected, rows, transaction } from '../database/sql.ts';
import { AppError } from '../domain/errors.ts';
import { actorOf } from './audit.ts';
import { page, pageOf, PageQuery, readCursor, writeCursor } from './cursor.ts';
import { invalid } from './invalid.ts';
import { notFound, problems } from './problem.ts';
import { body, Id, json, Time } from './schemas.ts';
import type { AccountEnv, ApiEnv, ApiServices } from './services.ts';

export const Reason = z.enum(['bounced', 'unsubscribed'] satisfies SuppressionReason[]).openapi('SuppressionReason', {
  description: 'bounced: there is no such mailbox; unsubscribed: its reader wants no more reply mails',
});
const SuppressionView = z
  .object({
    account: Id,
    address: z.string(),
    reason: Reason,
    detail: z.string().nullable().openapi({ description: 'What the mail server said' }),
    since: Time,
  })
  .openapi('MailSuppression');
const Lift = z
  .strictObject({
    address: z.email().max(254),
    reason: z.string().trim().min(1).max(300),
    resend: z
      .boolean()
      .default(false)
      .openapi({ description: 'Whether the mails that were not sent because of it, in the last 30 days, go out now' }),
  })
  .openapi('MailSuppressionLift');
const Lifted = z.object({ lifted: z.literal(true), resent: z.number().int() }).openapi('MailSuppressionLifted');

const query = PageQuery.extend({ reason: Reason.optional() });
const listed = { 200: { description: 'A page', content: json(pageOf(SuppressionView)) }, ...problems };
const lifted = { 200: { description: 'Lifted', content: json(Lifted) }, ...problems, ...notFound };

const list = createRoute({
  method: 'get',
  path: '/mail-suppressions',
  operationId: 'listMailSuppressions',
  tags: ['Reply settings'],
  summary: 'Addresses that are no longer written to, and why, newest first',
  request: { query },
  responses: listed,
});
const lift = createRoute({
  method: 'post',
  path: '/mail-suppressions/lift',
  operationId: 'liftMailSuppression',
  tags: ['Reply settings'],
  summary: 'Write to an address again: its mailbox works, or its reader asked for it. The reason is kept',
  request: { body: body(Lift) },
  responses: lifted,
});
const operatorList = createRoute({
  method: 'get',
  path: '/mail-suppressions',
  operationId: 'listAllMailSuppressions',
  tags: ['Operator: mail'],
  summary: 'Suppressed addresses of all accounts, newest first',
  request: { query: query.extend({ account: Id.optional() }) },
  responses: listed,
});
const operatorLift = createRoute({
  method: 'post',
  path: '/mail-suppressions/lift',
  operationId: 'liftMailSuppressionOf',
  tags: ['Operator: mail'],
  summary: 'Write to an address of an account again',
  request: { body: body(Lift.extend({ account: Id }).openapi('OperatorMailSuppressionLift')) },
  responses: lifted,
});

type Row = { account_id: string; address: string; reason: SuppressionReason; detail: string | null; since: Date };
type Asked = { account: string | null; reason: SuppressionReason | undefined; cursor: string | undefined; limit: number };

async function pageFor(pool: Pool, { account, reason, cursor, limit }: Asked) {
  const scope = `mail-suppressions ${account ?? ''}`;
  const [since = null, address = null] = readCursor(scope, cursor, z.tuple([z.iso.datetime(), z.string()])) ?? [];
  const found = await rows<Row>(
    pool,
    `select account_id, address, reason, detail, since from mail_suppressions
     where ($1::uuid is null or account_id = $1) and ($2::text is null or reason = $2)
       and ($3::timestamptz is null or (since, address) < ($3, $4)) order by since desc, address desc limit $5`,
    [account, reason ?? null, since, address, limit + 1],
  );
  const view = (row: Row) => ({
    account: row.account_id,
    address: row.address,
    reason: row.reason,
    detail: row.detail,
    since: row.since.toISOString(),
  });
  return page(found, limit, view, (last) => writeCursor(scope, [last.since.toISOString(), last.address]));
}

const RESEND = `
  update deliveries d set state = 'pending', last_class = null, next_at = now(), finished_at = null
  from reply_emails a where a.id = d.email_id and a.account_id = $1 and lower(a.address) = lower($2) and a.deleted_at is null
    and d.account_id = $1 and d.channel = 'email' and d.state = 'aborted' and d.last_class = 'suppressed'
    and d.created_at > now() - interval '30 days'`;

async function liftFor(pool: Pool, account: string, asked: z.infer<typeof Lift>, keyId: string) {
  return transaction(pool, async (client) => {
    const values = [account, asked.address];
    const gone = await rows<{ reason: string }>(
      client,
      'delete from mail_suppressions where account_id = $1 and address = lower($2) returning reason',
      values,
    );
    if (gone.length === 0) throw new AppError('not-found', 'That address is not on the list of this account.');
    const resent = asked.resend ? await affected(client, RESEND, values) : 0;
    await affected(
      client,
      `insert into audit_log (id, at, actor, account_id, action, target, detail) values ($1, now(), $2, $3, 'mail-suppression.lift', $4, $5)`,
      [
        newId(),
        actorOf(keyId),
        account,
        `account ${account}`,
        JSON.stringify({ was: gone[0]?.reason, reason: asked.reason, resent }),
      ],
    );
    return { lifted: true as const, resent };
  });
}

export const mailSuppressions = ({ db, runs }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(list, async (c) => {
      const { reason, cursor, limit } = c.req.valid('query');
      return c.json(await pageFor(db.pool, { account: c.get('account').id, reason, cursor, limit }), 200);
    })
    .openapi(lift, async (c) => {
      const answer = await liftFor(db.pool, c.get('account').id, c.req.valid('json'), c.get('keyId'));
      if (answer.resent > 0) runs.retryEmails();
      return c.json(answer, 200);
    });

export const operatorMailSuppressions = ({ db, runs }: ApiServices) =>
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid })
    .openapi(operatorList, async (c) => {
      const { account = null, reason, cursor, limit } = c.req.valid('query');
      return c.json(await pageFor(db.pool, { account, reason, cursor, limit }), 200);
    })
    .openapi(operatorLift, async (c) => {
      const { account, ...asked } = c.req.valid('json');
      const answer = await liftFor(db.pool, account, asked, c.get('keyId'));
      if (answer.resent > 0) runs.retryEmails();
      return c.json(answer, 200);
    });
