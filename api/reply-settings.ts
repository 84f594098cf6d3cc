import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CallbackEndpoint } from '../database/callback-endpoint.ts';
import { newId } from '../database/ids.ts';
import { MailSuppression } from '../database/mail-suppression.ts';
import { ReplyEmail } from '../database/reply-email.ts';
import { AppError } from '../domain/errors.ts';
import { invalid } from './invalid.ts';
import { Reason } from './mail-suppressions.ts';
import { problems } from './problem.ts';
import { body, Id, json, Locale } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const MOST_ADDRESSES = 20;

export const ReplySettingsView = z
  .object({
    platform: z.literal(true).openapi({ description: 'Replies are always shown on the platform' }),
    emails: z.array(
      z.object({
        id: Id,
        address: z.string(),
        locale: Locale,
        suppressed: Reason.nullable().openapi({ description: 'Why nothing is sent there' }),
      }),
    ),
    callbacks: z.array(z.object({ id: Id, url: z.string() })),
  })
  .openapi('ReplySettings');

export const ReplySettingsChange = z
  .strictObject({
    emails: z
      .array(z.strictObject({ address: z.email().max(254), locale: Locale.optional() }))
      .max(MOST_ADDRESSES)
      .openapi({ description: "All addresses that are to get one e-mail per reply; the account's locale unless one is given" }),
  })
  .openapi('ReplySettingsChange');

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
    emails: emails.map(({ id, address, locale }) => ({
      id,
      address,
      locale,
      suppressed: reasons.get(address.toLowerCase()) ?? null,
    })),
    callbacks: endpoints.map(({ id, url }) => ({ id, url })),
  };
}

/** Makes these the account's addresses: one that stays keeps its id, one that comes back gets it back. The caller flushes. */
export async function setReplyEmails(
  em: EntityManager,
  account: { id: string; locale: 'fr' | 'en' },
  wanted: z.infer<typeof ReplySettingsChange>['emails'],
): Promise<void> {
  const byAddress = new Map(wanted.map((email) => [email.address.toLowerCase(), email]));
  const existing = await em.find(ReplyEmail, { account: account.id });
  const now = new Date();
  for (const email of existing) {
    const kept = byAddress.get(email.address.toLowerCase());
    byAddress.delete(email.address.toLowerCase());
    if (!kept) email.deletedAt ??= now;
    else {
      email.deletedAt = null;
      email.address = kept.address;
      email.locale = kept.locale ?? email.locale;
    }
  }
  for (const { address, locale = account.locale } of byAddress.values()) {
    em.create(ReplyEmail, { id: newId(), account: account.id, address, locale, createdAt: now, deletedAt: null });
  }
}

const get = createRoute({
  method: 'get',
  path: '/reply-settings',
  operationId: 'getReplySettings',
  tags: ['Reply settings'],
  summary: 'Where replies go',
  responses: { 200: { description: 'The settings', content: json(ReplySettingsView) }, ...problems },
});

const patch = createRoute({
  method: 'patch',
  path: '/reply-settings',
  operationId: 'changeReplySettings',
  tags: ['Reply settings'],
  summary: 'Set the e-mail addresses that replies go to',
  request: { body: body(ReplySettingsChange) },
  responses: { 200: { description: 'The settings as they are now', content: json(ReplySettingsView) }, ...problems },
});

export const replySettingsRoutes = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(get, async (c) => c.json(await replySettings(db.em(), c.get('account').id), 200))
    .openapi(patch, async (c) => {
      const account = c.get('account');
      if (account.platform === 'v0') {
        throw new AppError(
          'forbidden',
          'On a V0 account the operator sets the e-mail addresses for you: send them the addresses you want.',
        );
      }
      const em = db.em();
      await setReplyEmails(em, account, c.req.valid('json').emails);
      await em.flush();
      return c.json(await replySettings(em, account.id), 200);
    });
