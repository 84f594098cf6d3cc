import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { anAccount, startApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { itemsOf, textOf, type Answer } from '../../dev/seed.ts';
import { timePasses } from '../fixtures/states/time.ts';

const PUBLIC_URL = 'https://sms.example.com';
const ADDRESS = 'nouvelle@boulangerie.example';

test('a new address gets a link, and no reply before its reader pressed the button behind it', async () => {
  await using app = await startApp({ ways: { email: false, callback: false }, env: { PUBLIC_URL } });
  const mails = () => app.world.mailbox.mails;
  const shown = async (): Promise<Answer | undefined> =>
    itemsOf({ items: (await app.account.get('/v1/reply-settings'))['emails'] })[0];
  await app.account.send('PATCH', '/v1/reply-settings', { emails: [{ address: ADDRESS, locale: 'en' }] });
  expect(await shown()).toMatchObject({ address: ADDRESS, confirmed: false });
  const asking = await simpleParser((await until('the link is there', () => mails()[0])).raw);
  expect([asking.subject, asking.to]).toMatchObject(['Confirm this address', { text: ADDRESS }]);
  const link = /https:\/\/sms\.example\.com\/confirm-address\/[0-9a-f]{60}/.exec(asking.text ?? '')?.[0] ?? '';
  // What is stored opens nothing.
  expect(JSON.stringify(await app.rows('select data from notices'))).not.toContain(link.slice(-60));

  await app.campaign([{ to: phone(1) }, { to: phone(2) }]);
  await until('both phones have it', () => app.world.phones.received.length === 2);
  await app.world.phones.reply(phone(1), 'AVANT');
  await until('it is filed', async () => (await app.replies()).length === 1);
  const page = await fetch(link.replace(PUBLIC_URL, app.url));
  expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/<html lang="en">[\s\S]*<form method="post">/)]);
  expect(await shown()).toMatchObject({ confirmed: false });
  const pressed = await fetch(link.replace(PUBLIC_URL, app.url), { method: 'POST' });
  expect([pressed.status, await pressed.text()]).toEqual([200, expect.stringContaining('sent to you')]);
  expect(await shown()).toMatchObject({ confirmed: true });
  await app.world.phones.reply(phone(2), 'APRES');
  await until('the reply is there', () => mails()[1]);
  const texts = await Promise.all(mails().map(async ({ raw }) => (await simpleParser(raw)).text ?? ''));
  expect(texts[1]).toContain('APRES');
  expect(texts.join('\n')).not.toContain('AVANT');
  const id = textOf((await shown()) ?? {}, 'id');
  expect(await app.rows(`select target from audit_log where action = 'reply-settings.confirm'`)).toEqual([
    { target: `reply-email ${id}` },
  ]);
}, 60_000);

test('a link forged, of another kind or too old confirms nothing; ten minutes part two mails', async () => {
  await using api = await startApi();
  const { mailTokens } = api.services;
  const shop = await anAccount(api);
  const { id } = (await shop.call('PATCH', '/reply-settings', { emails: [{ address: ADDRESS }] })).body.emails[0];
  const post = async (token: string) => (await api.call('POST', `/confirm-address/${token}`)).status;
  const confirmed = async () => (await shop.call('GET', '/reply-settings')).body.emails[0].confirmed;
  for (const token of ['0'.repeat(60), mailTokens.write('unsubscribe', id, null), mailTokens.write('confirm', id, -1)])
    expect(await post(token)).toBe(404);
  expect(await confirmed()).toBe(false);
  const again = () => shop.call('POST', `/reply-settings/emails/${id}/confirmation`);
  expect((await again()).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('ten minutes') });
  expect(await timePasses(api.db, '11 minutes', { notices: ['created_at'] }, { kind: 'confirm-address' })).toBe(1);
  expect((await again()).status).toBe(204);
  expect((await again()).status).toBe(409);
  expect(api.asked.filter(({ what }) => what === 'retryEmails')).toHaveLength(2);
  expect(await post(mailTokens.write('confirm', id, 7))).toBe(200);
  expect(await confirmed()).toBe(true);
  expect((await again()).status).toBe(409);
  // It goes and comes back: it is the same address.
  await shop.call('PATCH', '/reply-settings', { emails: [] });
  expect((await shop.call('PATCH', '/reply-settings', { emails: [{ address: ADDRESS }] })).body.emails[0].confirmed).toBe(true);
});

test('an account sends a hundred links in a day at most, and an operator’s word stands for one', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const many = (from: number) => Array.from({ length: 20 }, (_, n) => ({ address: `n${from + n}@example.com` }));
  for (let n = 0; n < 100; n += 20) expect((await shop.call('PATCH', '/reply-settings', { emails: many(n) })).status).toBe(200);
  const refused = await shop.call('PATCH', '/reply-settings', { emails: many(100) });
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  const old = await anAccount(api, { createdAt: '2018-01-01T00:00:00Z' });
  const emails = [{ address: ADDRESS }];
  const set = await api.asOperator('PATCH', `/accounts/${old.id}/reply-settings`, { emails });
  expect(set.body.emails).toMatchObject([{ address: ADDRESS, confirmed: true }]);
});
