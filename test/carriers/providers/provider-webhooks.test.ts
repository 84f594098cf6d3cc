import { expect, test } from 'vitest';
import { fromTwilio, fromVonage, PLAYS, SECRET, startProvider, type Play } from './play.ts';

const plays = Object.entries(PLAYS);
const parse = ({ carrier, settings }: Play, request: Parameters<NonNullable<Play['carrier']['parseWebhook']>>[1]) =>
  carrier.parseWebhook?.(carrier.settings.parse(settings('https://api.example.com')), request);
const SMS = { id: 'in-1', from: '+33612345678', to: '+33757000001', text: 'Ça me va, à 15 h €' };

test.each(plays)('%s: a reply is read with its number, its text and its id; a short code stays one', (_, play) => {
  const content = parse(play, play.reply(SMS));
  expect(content).toMatchObject({ kind: 'content', receipts: [], release: 'now' });
  const [reply] = content?.kind === 'content' ? content.replies : [];
  expect(reply).toMatchObject({ externalId: 'in-1', from: SMS.from, to: SMS.to });
  expect(Buffer.from(reply?.body ?? '').toString()).toBe(SMS.text);
  const short = parse(play, play.reply({ ...SMS, to: '36111' }));
  expect(short?.kind === 'content' && short.replies[0]?.to).toBe('36111');
});

test.each(plays)('%s: each word of a receipt means what its documentation says, and others are not news', (_, play) => {
  for (const [word, status] of Object.entries(play.statuses)) {
    const content = parse(play, play.receipt('ref-1', word));
    expect(content).toMatchObject({ kind: 'content', replies: [] });
    const receipts = content?.kind === 'content' ? content.receipts.map((each) => [each.reference, each.status]) : [];
    expect([word, receipts]).toEqual([word, status === null ? [] : [['ref-1', status]]]);
    expect(content?.kind === 'content' && content.odd).toEqual(word.toLowerCase() === 'odd' ? [word] : []);
  }
});

test.each(plays)('%s: what is not signed, signed with another secret, or HTML, is refused by name', (_, play) => {
  const real = play.reply(SMS);
  expect(parse(play, { ...real, headers: {}, query: {} })).toMatchObject({ kind: 'forged' });
  expect(
    parse(play, { ...real, headers: { authorization: 'Bearer a.b.c', 'x-twilio-signature': 'x' }, query: { secret: 'x' } }),
  ).toMatchObject({
    kind: 'forged',
  });
  const html = Buffer.from('<html>Bonjour</html>');
  const read = parse(play, { ...real, body: html });
  // Where the body is signed, other bytes are a forgery.
  expect(['forged', 'unreadable']).toContain(read?.kind);
  expect(JSON.stringify(read)).not.toContain(SECRET);
});

test('Twilio: another address or another field is a forgery; so is another token', () => {
  const play = PLAYS['twilio'];
  if (!play) throw new Error('No such play');
  const fields = { MessageSid: 'SM1', From: SMS.from, To: SMS.to, Body: 'OUI' };
  const real = fromTwilio(fields);
  expect(parse(play, real)).toMatchObject({ kind: 'content' });
  expect(parse(play, { ...real, url: 'https://elsewhere.example.com/' })).toMatchObject({ kind: 'forged' });
  expect(parse(play, { ...real, body: Buffer.from(new URLSearchParams({ ...fields, Body: 'NON' }).toString()) })).toMatchObject({
    kind: 'forged',
  });
  expect(parse(play, fromTwilio(fields, 'another'))).toMatchObject({ kind: 'forged' });
});

test('Vonage: a token that is old, of another account or body, or unsigned, is a forgery', () => {
  const play = PLAYS['vonage'];
  if (!play) throw new Error('No such play');
  const document = { channel: 'sms', message_uuid: 'in-1', from: '33612345678', to: '36111', text: 'OUI' };
  expect(parse(play, fromVonage(document))).toMatchObject({ kind: 'content' });
  expect(parse(play, fromVonage(document, { issuedAt: Date.now() - 600_000 }))).toMatchObject({ kind: 'forged' });
  expect(parse(play, fromVonage(document, { secret: 'another' }))).toMatchObject({ kind: 'forged' });
  expect(parse(play, fromVonage(document, { claims: { api_key: 'another' } }))).toMatchObject({ kind: 'forged' });
  expect(parse(play, { ...fromVonage(document), body: Buffer.from('{}') })).toMatchObject({ kind: 'forged' });
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  const [, claims = ''] = fromVonage(document).headers['authorization']?.split('.') ?? [];
  const unsigned = { ...fromVonage(document), headers: { authorization: `Bearer ${none}.${claims}.x` } };
  expect(parse(play, unsigned)).toMatchObject({ kind: 'forged' });
});

test.each(plays)('%s: credentials are tried without sending anything', async (_, play) => {
  await using api = await startProvider(play);
  const settings = play.settings(api.url);
  expect(await play.carrier.check?.(play.carrier.settings.parse(settings))).toBeNull();
  expect(await play.carrier.check?.(play.carrier.settings.parse({ ...settings, ...play.wrongLogin }))).toBe('http-401');
  expect(api.taken).toEqual([]);
});
