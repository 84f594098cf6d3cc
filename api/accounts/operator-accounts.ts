import { z } from '@hono/zod-openapi';
import { isSupportedCountry } from 'libphonenumber-js';
import { Account, AccountCounter } from '../../database/account.ts';
import { recordAudit } from '../../database/people/audit.ts';
import type { Platform } from '../../domain/sending/sender-policy.ts';
import { newId } from '../../database/ids.ts';
import { setReplyEmails } from '../../database/mail/reply-email.ts';
import { transaction } from '../../database/sql.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault } from '../../domain/problems/said.ts';
import { AccountView, accountView, TwoWayState } from './account.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { lockOwner } from '../reply-settings/request-setting-change.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { MINUTE_MS } from '../../domain/durations.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAnyone, created, ok, routesOf } from '../http/route.ts';
import { replySettings, ReplySettingsChange, ReplySettingsView } from '../reply-settings/reply-settings.ts';
import { body, Country, IdParam, Locale, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** Accounts created from this moment on are V2. */
const V2_SINCE = new Date('2020-10-01T00:00:00+02:00');

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
};

const NewAccount = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    platform: z.enum(['v0', 'v2']).optional().openapi({ description: 'Left out: by createdAt, v0 before 2020-10-01' }),
    createdAt: TimeIn.optional().openapi({ description: 'When the customer became one; left out: now' }),
    country: Country.refine(isSupportedCountry, because('country-unknown')).openapi({
      description: 'In which numbers without a prefix are read',
    }),
    locale: Locale,
    timeZone: z.string().refine(isTimeZone, because('time-zone')).openapi({ example: 'Europe/Paris' }),
  })
  .openapi('NewAccount');

const route = routesOf('Operator: accounts');

const create = route('post', '/accounts', 'createAccount', {
  summary: 'Make an account',
  request: { body: body(NewAccount) },
  responses: created('Made', AccountView),
});
const list = route('get', '/accounts', 'listAccounts', {
  summary: 'Accounts, newest first',
  request: { query: PageQuery.extend({ twoWay: TwoWayState.optional() }) },
  responses: ok('A page', pageOf(AccountView)),
});
const get = route('get', '/accounts/{id}', 'getAccountAsOperator', {
  summary: 'An account',
  request: { params: IdParam },
  responses: ok('The account', AccountView, notFound),
});
const changeSettings = route('patch', '/accounts/{id}/reply-settings', 'changeReplySettingsAsOperator', {
  summary: 'Set the e-mail addresses of an account, which V0 accounts can not do themselves. They count as confirmed',
  request: { params: IdParam, body: body(ReplySettingsChange) },
  responses: ok('The settings as they are now', ReplySettingsView, notFound),
});

function platformOf(platform: Platform | undefined, createdAt: Date): Platform {
  const byDate = createdAt < V2_SINCE ? 'v0' : 'v2';
  if (platform !== 'v0' || byDate === 'v0') return platform ?? byDate;
  throw invalidRequest(fault('platform', 'platform-by-date'));
}

export const operatorAccounts = ({ db }: ApiServices) => {
  async function find(id: string) {
    const em = db.em();
    const account = existing(await em.findOne(Account, { id }));
    return { em, account };
  }

  return forAnyone()
    .openapi(create, async (c) => {
      const { platform, createdAt: made, ...asked } = c.req.valid('json');
      const createdAt = made === undefined ? new Date() : new Date(made);
      if (createdAt.getTime() > Date.now() + MINUTE_MS) throw invalidRequest(fault('createdAt', 'in-future'));
      const em = db.em();
      const account = em.create(Account, {
        id: newId(),
        ...asked,
        platform: platformOf(platform, createdAt),
        twoWay: 'off',
        twoWayHistory: [],
        heldReleasedAt: null,
        defaultSender: null,
        migratedAt: null,
        createdAt,
      });
      em.create(AccountCounter, { account: account.id, position: 0 });
      audit(em, { action: 'account.create', target: `account ${account.id}`, accountId: account.id });
      await em.flush();
      return c.json(accountView(account), 201);
    })
    .openapi(list, async (c) => {
      const { twoWay, ...query } = c.req.valid('query');
      const where = twoWay ? { twoWay } : {};
      const find = ({ older, newestFirst }: Place) => db.em().find(Account, { ...where, ...older }, newestFirst);
      return c.json(await pageById(query, 'accounts', find, accountView), 200);
    })
    .openapi(get, async (c) => c.json(accountView((await find(c.req.valid('param').id)).account), 200))
    .openapi(changeSettings, async (c) => {
      const { id } = c.req.valid('param');
      const { emails } = c.req.valid('json');
      await transaction(db.pool, async (client) => {
        // The operator vouches for the addresses, so no confirmation link is sent.
        await setReplyEmails(client, await lockOwner(client, id), emails, true);
        const detail = { addresses: emails.length };
        await recordAudit(client, { accountId: id, action: 'reply-settings.change', target: `account ${id}`, detail });
      });
      return c.json(await replySettings(db.em(), id), 200);
    });
};
