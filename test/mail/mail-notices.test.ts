import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { handleBounce } from '../../activities/mail/handle-bounce.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { transaction } from '../../database/sql.ts';
import type { Notice } from '../../domain/mail/notice.ts';
import { renderNotice } from '../../templates/notice.ts';
import { MAIL, startApp, until } from '../fixtures/app.ts';

const NOTICES: Notice[] = [
  { kind: 'endpoint-failing', data: { url: 'https://shop.example/in', since: '2026-03-01T09:00:00Z' } },
  { kind: 'endpoint-misconfigured', data: { url: 'https://shop.example/in', problem: '404' } },
  { kind: 'endpoint-disabled', data: { url: 'https://shop.example/in', reason: 'gone' } },
  { kind: 'endpoint-recovered', data: { url: 'https://shop.example/in' } },
  { kind: 'deliveries-expiring', data: { url: 'https://shop.example/in', owed: 12, at: '2026-03-01T09:00:00Z' } },
  { kind: 'two-way-requested', data: { accountName: 'Boulangerie', accountId: 'a1' } },
  { kind: 'two-way-enabled', data: { reason: null } },
  { kind: 'two-way-refused', data: { reason: 'volume' } },
  { kind: 'two-way-disabled', data: { reason: 'not paid' } },
  { kind: 'brand-requested', data: { accountName: 'Boulangerie', accountId: 'a1', sender: 'Fournil' } },
  { kind: 'brand-confirmed', data: { sender: 'Fournil', reason: 'registered' } },
  { kind: 'brand-refused', data: { sender: 'Fournil', reason: 'not yours' } },
  { kind: 'setting-requested', data: { accountName: 'Boulangerie', accountId: 'a1', what: 'emails' } },
  { kind: 'setting-done', data: { what: 'emails' } },
  { kind: 'setting-refused', data: { what: 'endpoint-new', reason: 'not yours' } },
  { kind: 'number-expiring', data: { number: '+33644000000', at: '2026-03-01T09:00:00Z' } },
  { kind: 'number-renewed', data: { number: '+33644000000', until: '2026-03-01T09:00:00Z' } },
  { kind: 'number-released', data: { number: '+33644000000', reason: 'expired' } },
  {
    kind: 'carrier-alarm',
    data: { carrier: 'operator-fr', problem: 'login-refused', since: '2026-03-01T09:00:00Z', detail: 'ESME_RINVPASWD' },
  },
  {
    kind: 'carrier-alarm-over',
    data: { carrier: 'operator-fr', problem: 'carrier-down', since: '2026-03-01T09:00:00Z', detail: null },
  },
  { kind: 'spend-limit-reached', data: { limit: 'day', amount: '5.00', currency: 'EUR', until: '2026-03-01T23:00:00Z' } },
  { kind: 'mail-relay-refuses', data: { response: '535 no' } },
  {
    kind: 'password-forgotten',
    data: { userId: 'u1', open: { link: 'https://sms.example/password#t', until: '2026-03-01T09:00:00Z' } },
  },
  { kind: 'password-changed', data: { at: '2026-03-01T09:00:00Z' } },
  { kind: 'authenticator-lifted', data: { by: 'patronne@boulangerie.example' } },
];

test.each(NOTICES)('a notice $kind is written in French and in English, by hand and in HTML', async (notice) => {
  const french = await renderNotice(notice, { accountId: 'a1', locale: 'fr', timeZone: 'Europe/Paris' });
  const english = await renderNotice(notice, { accountId: 'a1', locale: 'en', timeZone: 'Europe/Paris' });
  expect(french.subject).not.toBe(english.subject);
  for (const { subject, html, text } of [french, english]) {
    expect(html).toContain('<html');
    expect(html).not.toMatch(/<img|undefined|Invalid Date/);
    expect(text.startsWith(subject)).toBe(true);
    expect(text).not.toMatch(/undefined|Invalid Date|</);
  }
});

test('a mail says why one has it: of an account’s people, for one’s access, or as an operator', async () => {
  const [alarm, access] = ['mail-relay-refuses', 'password-changed'].map((kind) => NOTICES.find((each) => each.kind === kind));
  if (!alarm || !access) throw new Error('No such notice');
  const inEnglish = { locale: 'en', timeZone: 'UTC' } as const;
  const said = await Promise.all([
    renderNotice(alarm, { accountId: 'a1', ...inEnglish }),
    renderNotice(access, { accountId: 'a1', ...inEnglish }),
    renderNotice(access, { accountId: null, ...inEnglish }),
    renderNotice(alarm, { accountId: null, ...inEnglish }),
  ]);
  expect(said.map(({ text }) => /because (.*)\./.exec(text)?.[1])).toEqual([
    'you are a contact of this account',
    'you sign in with this address',
    'you sign in with this address',
    'you operate this platform',
  ]);
});

test('a notice in a transaction reaches its account’s addresses and operators once; sweep wakes', async () => {
  await using app = await startApp({ emailSchedule: [0, 100, 100, 100], sweepEveryMs: 1000 });
  app.world.mailbox.treat('later', 1);
  const owed = await transaction(app.db.pool, (client) =>
    oweNotice(client, {
      to: { accountId: app.accountId },
      kind: 'endpoint-recovered',
      data: { url: 'https://shop.example/<in>' },
    }),
  );
  expect(owed).toBe(1);
  await expect(
    transaction(app.db.pool, async (client) => {
      await oweNotice(client, { to: { accountId: app.accountId }, kind: 'two-way-enabled', data: { reason: null } });
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
  await oweNotice(app.db.pool, {
    to: 'operators',
    kind: 'two-way-requested',
    data: { accountName: 'Boulangerie', accountId: app.accountId },
  });
  await until('both are there', () => app.world.mailbox.mails.length === 2);
  const read = await Promise.all(app.world.mailbox.mails.map(({ raw }) => simpleParser(raw)));
  const [forOwner, forOperator] = [MAIL, 'operator@aller-retour.example'].map((address) =>
    read.find(({ to }) => to !== undefined && !Array.isArray(to) && to.text === address),
  );
  expect(forOwner?.subject).toBe('Votre adresse de callback répond à nouveau');
  expect(forOwner?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(forOwner?.html).toContain('https://shop.example/&lt;in&gt;');
  expect(forOperator?.text).toContain(app.accountId);
  await until('both are noted', async () => (await app.rows(`select from notices where state = 'delivered'`)).length === 2);
  expect(await app.rows('select attempts, last_class from notices order by attempts')).toEqual([
    { attempts: 1, last_class: 'ok' },
    { attempts: 2, last_class: 'ok' },
  ]);

  // A bounce of a notice: a mailbox that does not exist gets nothing more of that account.
  const [bounced] = await app.rows<{ id: string }>('select id from notices where account_id = $1', [app.accountId]);
  const report = { action: 'failed', status: '5.1.1', diagnostic: 'nobody' };
  await handleBounce(app.db.pool, 'notice-bounce', bounced?.id ?? '', { report });
  expect(await app.rows('select address, reason from mail_suppressions')).toEqual([{ address: MAIL, reason: 'bounced' }]);
  expect(await app.rows(`select 1 from notices where last_class = 'bounced'`)).toHaveLength(1);
});
