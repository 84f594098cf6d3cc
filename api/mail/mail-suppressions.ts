import { z } from '@hono/zod-openapi';
import type { Pool } from 'pg';
import { rows, transaction } from '../../database/sql.ts';
import { actorOf } from '../http/auth.ts';
import { asked, changeReplies } from '../reply-settings/request-setting-change.ts';
import { pageBy, pageOf, PageQuery } from '../http/cursor.ts';
import { liftSuppression } from '../reply-settings/apply-setting-change.ts';
import { conflict, notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { Lift, SuppressionReasonView } from '../reply-settings/setting-change.ts';
import { body, Id, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const SuppressionView = z
  .object({
    account: Id,
    address: z.string(),
    reason: SuppressionReasonView,
    detail: z.string().nullable().openapi({ description: 'What the mail server said' }),
    since: Time,
  })
  .openapi('MailSuppression');
// Not `extend`, which would document a Lift that refuses `account`.
const OperatorLift = z.strictObject({ ...Lift.shape, account: Id }).openapi('OperatorMailSuppressionLift');
const Lifted = z.object({ lifted: z.literal(true), resent: z.number().int() }).openapi('MailSuppressionLifted');

const query = PageQuery.extend({ reason: SuppressionReasonView.optional() });
const listed = ok('A page', pageOf(SuppressionView));
const lifted = ok('Lifted', Lifted, notFound);

const route = routesOf('Reply settings');
const operatorRoute = routesOf('Operator: mail');
const list = route('get', '/mail-suppressions', 'listMailSuppressions', {
  summary: 'Suppressed addresses and why, newest first',
  request: { query },
  responses: listed,
});
const lift = route('post', '/mail-suppressions/lift', 'liftMailSuppression', {
  summary: 'Lift a suppression: the mailbox works, or its reader asked for it. The reason is kept',
  request: { body: body(Lift) },
  responses: { ...lifted, ...conflict, ...asked },
});
const operatorList = operatorRoute('get', '/mail-suppressions', 'listAllMailSuppressions', {
  summary: 'Suppressed addresses of all accounts, newest first',
  request: { query: query.extend({ account: Id.optional() }) },
  responses: listed,
});
const operatorLift = operatorRoute('post', '/mail-suppressions/lift', 'liftMailSuppressionOf', {
  summary: 'Lift the suppression of an account’s address',
  request: { body: body(OperatorLift) },
  responses: lifted,
});

type Row = Omit<z.infer<typeof SuppressionView>, 'since'> & { since: Date };
type Asked = z.infer<typeof query> & { account: string | null };

const pageFor = (pool: Pool, { account, reason, ...asked }: Asked) =>
  pageBy(
    asked,
    {
      scope: `mail-suppressions ${account ?? ''}`,
      position: z.tuple([z.iso.datetime(), z.string()]),
      placeOf: ({ since, address }: Row): [string, string] => [since.toISOString(), address],
    },
    (after, most) =>
      rows<Row>(
        pool,
        `select account_id as account, address, reason, detail, since from mail_suppressions
         where ($1::uuid is null or account_id = $1) and ($2::text is null or reason = $2)
           and ($3::timestamptz is null or (since, address) < ($3, $4)) order by since desc, address desc limit $5`,
        [account, reason ?? null, ...(after ?? [null, null]), most],
      ),
    (row) => shown(SuppressionView, row),
  );

export const mailSuppressions = (services: ApiServices) =>
  forAccounts()
    .openapi(list, async (c) =>
      c.json(await pageFor(services.db.pool, { ...c.req.valid('query'), account: c.get('account').id }), 200),
    )
    .openapi(lift, async (c) => {
      const outcome = await changeReplies(services, c, { kind: 'address-lift', lift: c.req.valid('json') });
      if (outcome.asked) return c.json(outcome.asked, 202);
      return c.json({ lifted: true as const, resent: outcome.resent }, 200);
    });

export const operatorMailSuppressions = ({ db, runs }: ApiServices) =>
  forAnyone()
    .openapi(operatorList, async (c) => {
      const { account = null, ...asked } = c.req.valid('query');
      return c.json(await pageFor(db.pool, { ...asked, account }), 200);
    })
    .openapi(operatorLift, async (c) => {
      const { account, ...asked } = c.req.valid('json');
      const by = actorOf(c.get('keyId'));
      const resent = await transaction(db.pool, (client) => liftSuppression(client, account, asked, by));
      if (resent > 0) runs.retryEmails();
      return c.json({ lifted: true as const, resent }, 200);
    });
