import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { openMailTokens } from '../../database/mail/mail-tokens.ts';
import { suppress } from '../../database/mail/mail-suppression.ts';
import { newId } from '../../database/ids.ts';
import { itemsOf } from '../../dev/seed.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { MAIL, phone, startApp, until, type App } from '../fixtures/app.ts';
import { timePasses } from '../fixtures/states/time.ts';

const PUBLIC_URL = 'https://sms.example.com';

async function aReplyArrives(app: App): Promise<void> {
  const before = app.world.phones.received.length;
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received.length > before);
  await app.world.phones.reply(phone(1), 'OUI');
}
const states = async (app: App) =>
  (await app.rows<{ state: string; last_class: string }>('select state, last_class from deliveries order by id')).map(
    ({ state, last_class: kind }) => `${state} ${kind}`,
  );

test('a mailbox that does not exist is refused once; once lifted, what was unsent goes if asked', async () => {
  await using app = await startApp({ ways: { email: true }, emailSchedule: [0, 100, 100] });
  app.world.mailbox.treat('refuse', 1);
  await aReplyArrives(app);
  await until('it is refused', async () => (await states(app))[0] === 'exhausted smtp_5xx');
  const listed = itemsOf(await app.account.get('/v1/mail-suppressions'));
  expect(listed).toMatchObject([{ address: MAIL, reason: 'bounced', detail: expect.stringContaining('550 5.1.1') }]);
  expect(await app.account.get('/v1/reply-settings')).toMatchObject({ emails: [{ address: MAIL, suppressed: 'bounced' }] });

  await aReplyArrives(app);
  await until('it ends', async () => (await states(app))[1] === 'aborted suppressed');
  expect(app.world.mailbox.mails).toEqual([]);

  const lifted = await app.account.send('POST', '/v1/mail-suppressions/lift', {
    address: MAIL.toUpperCase(),
    reason: 'mended',
    resend: true,
  });
  expect(lifted).toEqual({ lifted: true, resent: 1 });
  await until('the second one is there', () => app.world.mailbox.mails[0]);
  await until('it is noted', async () => (await states(app))[1] === 'delivered ok');
  expect(await app.account.get('/v1/mail-suppressions')).toMatchObject({ items: [] });
  expect(await app.rows(`select action, detail from audit_log where action like 'mail%'`)).toEqual([
    { action: 'mail-suppression.lift', detail: { was: 'bounced', reason: 'mended', resent: 1 } },
  ]);
});

test('a mail’s link: reading changes nothing; button and one click end that address’s mails', async () => {
  await using app = await startApp({ ways: { email: true }, env: { PUBLIC_URL } });
  await aReplyArrives(app);
  const mail = await until('the mail is there', () => app.world.mailbox.mails[0]);
  const read = await simpleParser(mail.raw);
  const raw = mail.raw.toString();
  const link = /^List-Unsubscribe: <(.+)>\r$/m.exec(raw.replaceAll(/\r\n\s+/g, ' '))?.[1] ?? '';
  expect(link).toMatch(/^https:\/\/sms\.example\.com\/unsubscribe\/[0-9a-f]{60}$/);
  expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  expect(read.text).toContain(`Ne plus recevoir ces e-mails : ${link}`);
  expect(read.html).toContain(`href="${link}"`);

  const here = link.replace(PUBLIC_URL, app.url);
  const page = await fetch(here);
  expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null]);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toMatch(/<html lang="fr">[\s\S]*<form method="post">/);
  expect(await app.rows('select 1 from mail_suppressions')).toEqual([]);

  const click = await fetch(here, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
  expect(click.status).toBe(200);
  expect(await click.text()).toContain('vous ne recevrez plus ces e-mails');
  expect((await fetch(here, { method: 'POST' })).status).toBe(200);
  expect(await app.rows('select address, reason from mail_suppressions')).toEqual([{ address: MAIL, reason: 'unsubscribed' }]);
  await aReplyArrives(app);
  await until('it ends', async () => (await states(app))[1] === 'aborted suppressed');
  expect(app.world.mailbox.mails).toHaveLength(1);
  expect((await fetch(`${app.url}/unsubscribe/${'0'.repeat(60)}`, { method: 'POST' })).status).toBe(404);
});

test('an address that was taken from the settings gets nothing of what was still owed', async () => {
  await using app = await startApp({ ways: { email: true }, emailSchedule: [0, 600_000], sweepEveryMs: 1000 });
  app.world.mailbox.treat('later', 1);
  await aReplyArrives(app);
  await until('it waits', async () => (await states(app))[0] === 'retrying smtp_4xx');
  await app.account.send('PATCH', '/v1/reply-settings', { emails: [] });
  await timePasses(app.db, '1 hour', { deliveries: ['next_at'] });
  await until('it ends', async () => (await states(app))[0] === 'aborted removed');
  expect(app.world.mailbox.mails).toEqual([]);
});

test('the list is read by page; operators lift any account’s; what is not listed can not be', async () => {
  await using api = await startApi();
  const [one, two] = [await anAccount(api), await anAccount(api)];
  for (const [index, account] of [one, one, two].entries())
    await suppress(api.db.pool, { accountId: account.id, address: `A${index}@example.com`, reason: 'bounced', detail: 'no' });
  await suppress(api.db.pool, { accountId: one.id, address: 'a0@example.com', reason: 'unsubscribed', detail: null });
  const first = (await one.call('GET', '/mail-suppressions?limit=1')).body;
  const second = (await one.call('GET', `/mail-suppressions?limit=1&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items].map(({ address }: { address: string }) => address).toSorted()).toEqual([
    'a0@example.com',
    'a1@example.com',
  ]);
  expect(second.nextCursor).toBeNull();
  expect((await one.call('GET', '/mail-suppressions?reason=unsubscribed')).body.items).toEqual([]);
  expect((await api.asOperator('GET', '/mail-suppressions')).body.items).toHaveLength(3);
  const lift = { account: two.id, address: 'a2@example.com', reason: 'asked' };
  expect((await api.asOperator('POST', '/mail-suppressions/lift', lift)).body).toEqual({ lifted: true, resent: 0 });
  expect((await api.asOperator('POST', '/mail-suppressions/lift', lift)).body.code).toBe('not-found');
  expect((await two.call('POST', '/mail-suppressions/lift', { address: 'a0@example.com', reason: 'x' })).status).toBe(404);
});

test('a token is good for its purpose and time, in capitals too, and not with a letter changed', async () => {
  await using api = await startApi();
  let now = Date.UTC(2026, 0, 10, 23);
  const tokens = await openMailTokens(api.db.pool, api.secrets, () => now);
  const id = newId();
  const answer = tokens.write('answer', id, 30);
  expect(answer).toMatch(/^[0-9a-f]{60}$/);
  expect(tokens.read('answer', answer.toUpperCase())).toEqual({ id, expired: false });
  expect(tokens.read('unsubscribe', answer)).toBeNull();
  for (const at of [0, 20, 34, 59]) {
    const other = answer[at] === 'a' ? 'b' : 'a';
    expect(tokens.read('answer', answer.slice(0, at) + other + answer.slice(at + 1))).toBeNull();
  }
  const lasting = tokens.write('unsubscribe', id, null);
  now += 30 * 86_400_000;
  expect(tokens.read('answer', answer)?.expired).toBe(false);
  now += 86_400_000;
  expect(tokens.read('answer', answer)?.expired).toBe(true);
  expect(tokens.read('unsubscribe', lasting)).toEqual({ id, expired: false });
  const again = await openMailTokens(api.db.pool, api.secrets, () => now);
  expect(again.read('unsubscribe', lasting)?.id).toBe(id);
});
