import { z } from '@hono/zod-openapi';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import { MailSuppression } from '../../database/mail/mail-suppression.ts';
import { oweConfirmations } from '../../database/mail/confirm-address.ts';
import { ReplyEmail } from '../../database/mail/reply-email.ts';
import { transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { asked, changeReplies } from './request-setting-change.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, done, ok, routesOf } from '../http/route.ts';
import { ReplyEmails, SuppressionReasonView } from './setting-change.ts';
import { body, Id, IdParam, Locale } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

export const ReplySettingsView = z
  .object({
    platform: z.literal(true).openapi({ description: 'Replies are always shown on the platform' }),
    emails: z.array(
      z.object({
        id: Id,
        address: z.string(),
        locale: Locale,
        gather: z.boolean(),
        confirmed: z.boolean().openapi({ description: 'Its reader followed the link that was sent there: replies go there' }),
        suppressed: z.union([SuppressionReasonView, z.null()]).openapi({ description: 'Why nothing is sent there' }),
      }),
    ),
    callbacks: z.array(z.object({ id: Id, url: z.string() })),
  })
  .openapi('ReplySettings');

export const ReplySettingsChange = z.strictObject({ emails: ReplyEmails }).openapi('ReplySettingsChange');

export async function replySettings(em: EntityManager, account: string): Promise<z.infer<typeof ReplySettingsView>> {
  const emails = await em.find(ReplyEmail, { account, deletedAt: null }, { orderBy: { id: 'asc' } });
  const addresses = emails.map(({ address }) => address.toLowerCase());
  const suppressed = await em.find(MailSuppression, { accountId: account, address: { $in: addresses } });
  const reasons = new Map(suppressed.map((each) => [each.address, each.reason]));
  const endpoints = await em.find(
    CallbackEndpoint,
    { account, deletedAt: null },
    { orderBy: { id: 'asc' }, exclude: ['secrets'] },
  );
  return {
    platform: true,
    emails: emails.map(({ id, address, locale, gather, confirmedAt }) => ({
      id,
      address,
      locale,
      gather,
      confirmed: Boolean(confirmedAt),
      suppressed: reasons.get(address.toLowerCase()) ?? null,
    })),
    callbacks: endpoints.map(({ id, url }) => ({ id, url })),
  };
}

const route = routesOf('Reply settings');
const get = route('get', '/reply-settings', 'getReplySettings', {
  summary: 'Where replies go',
  responses: ok('The settings', ReplySettingsView),
});

const patch = route('patch', '/reply-settings', 'changeReplySettings', {
  summary: 'Set the e-mail addresses that replies go to',
  request: { body: body(ReplySettingsChange) },
  responses: ok('The settings as they are now', ReplySettingsView, { ...conflict, ...asked }),
});

const again = route('post', '/reply-settings/emails/{id}/confirmation', 'sendConfirmation', {
  summary: 'Send the link that confirms an address again, ten minutes after the last one at the earliest',
  request: { params: IdParam },
  responses: done('On its way', { ...notFound, ...conflict }),
});

export const replySettingsRoutes = (services: ApiServices) =>
  forAccounts()
    .openapi(again, async (c) => {
      const { id } = c.req.valid('param');
      const account = c.get('account').id;
      const email = existing(await services.db.em().findOne(ReplyEmail, { id, account, deletedAt: null }));
      if (email.confirmedAt) throw new AppError('conflict', said('confirmed-already'));
      const sent = await transaction(services.db.pool, (client) => oweConfirmations(client, account, [id]));
      if (sent === 0) throw new AppError('conflict', said('link-sent-lately'));
      services.runs.retryEmails();
      return c.body(null, 204);
    })
    .openapi(get, async (c) => c.json(await replySettings(services.db.em(), c.get('account').id), 200))
    .openapi(patch, async (c) => {
      const outcome = await changeReplies(services, c, { kind: 'emails', emails: c.req.valid('json').emails });
      if (outcome.asked) return c.json(outcome.asked, 202);
      return c.json(await replySettings(services.db.em(), c.get('account').id), 200);
    });
