import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import { MailSuppression } from '../../database/mail/mail-suppression.ts';
import { ReplyEmail } from '../../database/mail/reply-email.ts';
import { asked, changeReplies } from './request-setting-change.ts';
import { invalid } from '../http/invalid.ts';
import { conflict } from '../http/problem.ts';
import { ok, routesOf } from '../http/route.ts';
import { ReplyEmails, SuppressionReasonView } from './setting-change.ts';
import { body, Id, Locale } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

export const ReplySettingsView = z
  .object({
    platform: z.literal(true).openapi({ description: 'Replies are always shown on the platform' }),
    emails: z.array(
      z.object({
        id: Id,
        address: z.string(),
        locale: Locale,
        gather: z.boolean(),
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
    emails: emails.map(({ id, address, locale, gather }) => ({
      id,
      address,
      locale,
      gather,
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

export const replySettingsRoutes = (services: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(get, async (c) => c.json(await replySettings(services.db.em(), c.get('account').id), 200))
    .openapi(patch, async (c) => {
      const outcome = await changeReplies(services, c, { kind: 'emails', emails: c.req.valid('json').emails });
      if (outcome.asked) return c.json(outcome.asked, 202);
      return c.json(await replySettings(services.db.em(), c.get('account').id), 200);
    });
