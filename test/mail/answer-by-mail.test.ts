import { createTransport } from 'nodemailer';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { provenBy } from '../../domain/mail/auth-results.ts';
import { openMailTokens } from '../../database/mail/mail-tokens.ts';
import { createSecrets } from '../../database/secrets.ts';
import { itemsOf } from '../../dev/seed.ts';
import { MAIL, phone, startApp, until, type App } from '../fixtures/app.ts';

const DOMAIN = 'in.aller-retour.example';
const INBOUND = { MAIL_INBOUND_PORT: '0', MAIL_INBOUND_DOMAIN: DOMAIN };

/** A reply has come home by mail. */
async function aReplyByMail(app: App) {
  await app.campaign([{ to: phone(1) }]);
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'À quelle heure ?');
  const mail = await until('the mail is there', () => app.world.mailbox.mails[0]);
  return { sms, mail, read: await simpleParser(mail.raw) };
}
const answers = (app: App) => app.world.phones.received.slice(1).map(({ text }) => text);

test('an answer to a reply mail goes out as SMS by the right code, unquoted, once a Message-ID', async () => {
  await using app = await startApp({ ways: { email: true }, env: INBOUND });
  const { sms, mail, read } = await aReplyByMail(app);
  expect(read.replyTo?.text).toMatch(new RegExp(`^r\\+[0-9a-f]{60}@${DOMAIN}$`));
  expect(mail.from).toMatch(new RegExp(`^b\\+[0-9a-f]{60}@${DOMAIN}$`));
  expect(read.text).toContain('votre réponse partira par SMS');

  const answer = { text: 'Vers midi.\nÀ bientôt', messageId: '<one@boulangerie.example>' };
  await app.world.mailbox.answer(mail.id, answer);
  const out = await until('the phone has the answer', () => app.world.phones.received[1]);
  expect(out).toMatchObject({ from: sms.from, to: phone(1), text: 'Vers midi.\nÀ bientôt' });
  const said = await fetch(`${app.world.mailbox.url}/mails/${mail.id}/answer`, {
    method: 'POST',
    body: JSON.stringify({ ...answer, from: MAIL.toUpperCase() }),
  });
  expect(said.status).toBe(200);
  await app.world.mailbox.answer(mail.id, { text: 'Ou à une heure', messageId: '<two@boulangerie.example>' });
  await until('the phone has the other answer', () => answers(app).length === 2);
  expect(answers(app)).toEqual(['Vers midi.\nÀ bientôt', 'Ou à une heure']);
  const [conversation] = itemsOf(await app.account.get('/v1/conversations'));
  const entries = itemsOf(await app.account.get(`/v1/conversations/${String(conversation?.['id'])}/messages`));
  expect(entries.map(({ direction }) => direction)).toEqual(['outbound', 'inbound', 'outbound', 'outbound']);
  expect(app.log.text()).not.toContain('Vers midi');
});

test('an answer that can not go is refused by name, in its author’s language, and not sent', async () => {
  await using app = await startApp({ ways: { email: true }, env: INBOUND });
  const { mail, read } = await aReplyByMail(app);
  const refused = (answer: Parameters<App['world']['mailbox']['answer']>[1]) =>
    app.world.mailbox.answer(mail.id, answer).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
  expect(await refused({ text: 'x', from: 'stranger@example.com' })).toMatch(/550 5\.7\.1 Seules les adresses/);
  expect(await refused({ text: 'x', attachments: [{ filename: 'a.pdf', content: 'a' }] })).toMatch(
    /550 5\.6\.1 Une piece jointe/,
  );
  expect(await refused({ text: '' })).toMatch(/550 5\.6\.0 Ce message ne contient aucun texte/);
  expect(await refused({ text: 'x '.repeat(2000) })).toMatch(/550 5\.6\.0 Ce texte ne peut pas partir par SMS.*prend \d+ SMS/);
  await app.operator.send('POST', '/v1/operator/prices', {
    kind: 'segment',
    country: '*',
    route: 'premium',
    amount: '0.05',
    validFrom: '2020-01-01T00:00:00Z',
  });
  await app.account.send('PATCH', '/v1/spend-limits', { day: '0.01' });
  expect(await refused({ text: 'x' })).toMatch(/550 5\.7\.1 Le plafond de depenses de ce compte est atteint/);
  await app.account.send('PATCH', '/v1/spend-limits', { day: null });
  // What a machine wrote is neither sent nor answered.
  for (const headers of [{ 'Auto-Submitted': 'auto-replied' }, { Precedence: 'auto_reply' }, { 'X-Autoreply': 'yes' }])
    expect(await refused({ text: 'Je suis absent', headers })).toBe('taken');

  const secrets = createSecrets(app.config.SECRETS_KEY);
  const [conversation] = await app.rows<{ id: string }>('select id from conversations');
  const early = await openMailTokens(app.db.pool, secrets, () => Date.now() - 40 * 86_400_000);
  const smtp = createTransport({ host: '127.0.0.1', port: app.inboundMailPort() ?? 0, ignoreTLS: true });
  const send = (to: string) =>
    smtp.sendMail({ from: MAIL, to, text: 'x' }).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
  expect(await send(`r+${early.write('answer', conversation?.id ?? '', 30)}@${DOMAIN}`)).toMatch(/550 5\.7\.1 .*30 jours/);
  expect(await send(`r+${'0'.repeat(60)}@${DOMAIN}`)).toMatch(/550 5\.1\.1/);
  expect(await send(read.replyTo?.text.replace(DOMAIN, 'elsewhere.example') ?? '')).toMatch(/550 5\.1\.1/);
  await app.operator.send('PUT', `/v1/operator/accounts/${app.accountId}/two-way`, { state: 'off', reason: 'Not paid' });
  expect(await refused({ text: 'x' })).toMatch(/550 5\.7\.1 Ce compte n'a pas/);
  expect(answers(app)).toEqual([]);
  expect(await app.rows('select 1 from inbound_mails')).toEqual([]);
});

test('where the relay is to prove who wrote, only its own word counts', async () => {
  await using app = await startApp({ ways: { email: true }, env: { ...INBOUND, MAIL_INBOUND_AUTHORITY: 'mx.relay.example' } });
  const { mail } = await aReplyByMail(app);
  await expect(app.world.mailbox.answer(mail.id, { text: 'sans preuve' })).rejects.toThrow(/5\.7\.26/);
  const passed = { 'Authentication-Results': 'mx.relay.example; dkim=pass header.d=boulangerie.example' };
  await app.world.mailbox.answer(mail.id, { text: 'avec preuve', headers: passed });
  await until('the phone has the answer', () => answers(app).length === 1);
  expect(answers(app)).toEqual(['avec preuve']);
});

test.each([
  [['mx.example; dmarc=pass (p=none) header.from=shop.example'], true],
  [['mx.example 1; spf=pass smtp.mailfrom=bounce@mail.shop.example'], true],
  [['mx.example; dkim=fail header.d=shop.example; spf=pass smtp.mailfrom=a@shop.example'], true],
  [['MX.example; dkim=pass header.i=@shop.example'], true],
  [['mx.example; spf=pass smtp.mailfrom=a@evil.example'], false],
  [['mx.example; dkim=pass header.d=evilshop.example'], false],
  [['mx.example; dkim=fail (dkim=pass header.d=shop.example)'], false],
  [['other.example; dkim=pass header.d=shop.example'], false],
  [['mx.example; dkim=none', 'mx.example; dkim=pass header.d=shop.example'], false],
  [['mx.example; none'], false],
  [[], false],
])('what a relay wrote is read as it is meant: %j', (headers, proven) => {
  expect(provenBy('mx.example', headers, 'shop.example')).toBe(proven);
});

const report = (status: string, action: string) =>
  [
    'From: MAILER-DAEMON@relay.example',
    'Subject: Undelivered',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It did not arrive.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; relay.example',
    '',
    `Final-Recipient: rfc822; ${MAIL}`,
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 there is nobody',
    ' of that name',
    '',
    '--b--',
    '',
  ].join('\r\n');

test('a bounce is noted with its mail; a mailbox that does not exist is not written to again', async () => {
  await using app = await startApp({ ways: { email: true }, env: INBOUND });
  const { mail } = await aReplyByMail(app);
  await until('it is noted', async () => (await app.rows(`select 1 from deliveries where state = 'delivered'`))[0]);
  const smtp = createTransport({ host: '127.0.0.1', port: app.inboundMailPort() ?? 0, ignoreTLS: true });
  const bounce = (status: string, action: string) =>
    smtp.sendMail({ envelope: { from: '', to: mail.from }, raw: report(status, action) });
  const last = async () => (await app.rows<{ last_class: string }>('select last_class from deliveries'))[0]?.last_class;

  await bounce('4.4.1', 'delayed');
  expect(await last()).toBe('ok');
  await bounce('5.7.1', 'failed');
  expect(await last()).toBe('bounced');
  expect(itemsOf(await app.account.get('/v1/mail-suppressions'))).toEqual([]);
  await bounce('5.1.1', 'failed');
  await bounce('5.1.1', 'failed');
  expect(itemsOf(await app.account.get('/v1/mail-suppressions'))).toMatchObject([
    { address: MAIL, reason: 'bounced', detail: '5.1.1 smtp; 550 there is nobody of that name' },
  ]);
  expect(await app.rows('select state from deliveries')).toEqual([{ state: 'delivered' }]);
});
