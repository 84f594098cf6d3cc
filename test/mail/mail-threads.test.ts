import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { phone, startApp, until } from '../fixtures/app.ts';

const FIRST = 'patronne@boulangerie.example';
const SECOND = 'manager@boulangerie.example';
const PUBLIC_URL = 'https://sms.example.com';

/** A header as it went over the wire, unfolded; null where there is none. */
const header = (raw: Buffer, name: string): string | null => {
  const head =
    raw
      .toString()
      .split('\r\n\r\n')[0]
      ?.replaceAll(/\r\n[ \t]+/g, ' ') ?? '';
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? null;
};

test('a conversation’s mails thread in any client, one address a transaction, in both languages', async () => {
  await using app = await startApp({ ways: { email: true }, env: { PUBLIC_URL } });
  await app.operator.send('PATCH', `/v1/operator/accounts/${app.accountId}/reply-settings`, {
    emails: [
      { address: FIRST, locale: 'fr' },
      { address: SECOND, locale: 'en' },
    ],
  });
  await app.campaign([{ to: phone(1) }, { to: phone(2) }], { name: 'Rentrée' });
  await until('the phones have it', () => app.world.phones.received.length === 2);
  const texts = ['Un secret <b>bien</b> gardé', 'Et encore', 'D’un autre'];
  for (const [index, text] of texts.entries()) {
    await app.world.phones.reply(phone(index < 2 ? 1 : 2), text);
    await until('both mails are there', () => app.world.mailbox.mails.length === 2 * (index + 1));
  }
  const mails = app.world.mailbox.mails;
  expect(mails.map(({ to }) => to.length)).toEqual([1, 1, 1, 1, 1, 1]);
  const ofFirst = mails.filter(({ to }) => to[0] === FIRST);
  const ofSecond = mails.filter(({ to }) => to[0] === SECOND);

  const conversations = itemsOf(await app.account.get('/v1/conversations')).toReversed();
  const roots = conversations.map((each) => `<conversation-${textOf(each, 'id')}@aller-retour.example>`);
  const byAddress = [ofFirst, ofSecond].map((those) => those.map(({ raw }) => header(raw, 'In-Reply-To')));
  expect(byAddress).toEqual([
    [roots[0], roots[0], roots[1]],
    [roots[0], roots[0], roots[1]],
  ]);
  expect(mails.map(({ raw }) => header(raw, 'References'))).toEqual(mails.map(({ raw }) => header(raw, 'In-Reply-To')));

  const subjects = await Promise.all(ofFirst.map(async ({ raw }) => (await simpleParser(raw)).subject));
  expect(subjects).toEqual([
    'Conversation SMS avec +33 6 12 00 00 01',
    'Conversation SMS avec +33 6 12 00 00 01',
    'Conversation SMS avec +33 6 12 00 00 02',
  ]);
  const stored = await app.rows<{ id: string }>('select id from deliveries');
  expect(new Set(mails.map(({ raw }) => header(raw, 'Message-ID')))).toEqual(
    new Set(stored.map(({ id }) => `<${id}@aller-retour.example>`)),
  );
  for (const { raw } of mails) {
    expect(header(raw, 'Auto-Submitted')).toBe('auto-generated');
    expect(header(raw, 'X-Auto-Response-Suppress')).toBe('OOF, AutoReply');
    expect(header(raw, 'List-Unsubscribe')).toMatch(/^<https:\/\/sms\.example\.com\/unsubscribe\/[0-9a-f]{60}>$/);
    expect(header(raw, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    expect(header(raw, 'Subject')).not.toMatch(/secret/i);
    const read = await simpleParser(raw);
    const html = String(read.html);
    expect(html).not.toMatch(/<img|url\(|<link|<script|@import/i);
    expect(html).toContain('<meta name="color-scheme" content="light dark"');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(read.text).not.toMatch(/undefined|&lt;/);
  }
  const [french, english] = await Promise.all([ofFirst[0], ofSecond[0]].map((mail) => simpleParser(mail?.raw ?? '')));
  expect(french?.html).toContain('<html dir="ltr" lang="fr">');
  expect(english?.html).toContain('<html dir="ltr" lang="en">');
  expect(french?.text).toContain(`> ${texts[0]}`);
  expect(french?.html).toContain('Un secret &lt;b&gt;bien&lt;/b&gt; gardé');
  expect(french?.text).toContain('Campagne : Rentrée');
  expect(english?.text).toContain('Reply from +33 6 12 00 00 01');
  expect(english?.text).toContain(`Open the conversation : ${PUBLIC_URL}/chat/${textOf(conversations[0] ?? {}, 'id')}`);
});
