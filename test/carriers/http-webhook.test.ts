import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { WebhookRequest } from '../../carriers/carrier.ts';
import { http } from '../../carriers/http/http.ts';
import { startApi } from '../fixtures/api.ts';
import { startProvider, PLAYS } from './providers/play.ts';

const SECRET = 'secret-of-webhooks';
const request = (body: unknown, overrides: Partial<WebhookRequest> = {}): WebhookRequest => ({
  method: 'POST',
  url: 'https://sms.example.com/webhooks/1?kind=mo',
  query: { kind: 'mo' },
  headers: { authorization: `Basic ${Buffer.from(`them:${SECRET}`).toString('base64')}` },
  body: Buffer.from(JSON.stringify(body)),
  receivedAt: new Date(),
  ...overrides,
});
const basis = {
  url: 'https://api.example.com/sms',
  body: { to: '{{to}}' },
  answer: { reference: 'id' },
  webhookSecret: SECRET,
};
const read = (webhook: object, asked: WebhookRequest) => http.parseWebhook?.(http.settings.parse({ ...basis, webhook }), asked);
const summary = (content: ReturnType<typeof read>) =>
  content?.kind === 'content' ? [content.replies.length, content.receipts.map(({ status }) => status)] : content?.kind;

const reply = { id: 'id', from: 'from', to: 'to', text: 'text' };
const receipt = { reference: 'id', status: 'state', statuses: { OK: 'delivered' } };
const signature = { kind: 'basic', username: 'them' };
const MO = { id: 'in-1', from: '+33612345678', to: '36111', text: 'OUI' };
const DLR = { id: 'out-1', state: 'OK' };

test.each([
  ['a parameter of the address', { query: 'kind', equals: 'mo' }, MO, { kind: 'mo' }, [1, []]],
  ['another parameter', { query: 'kind', equals: 'mo' }, MO, { kind: 'dlr' }, [0, []]],
  ['a field that is there', { path: 'text', exists: true }, MO, {}, [1, []]],
  ['a field that is not there', { path: 'state', exists: false }, DLR, {}, [0, ['delivered']]],
  ['one of several words', { path: 'text', oneOf: ['NON', 'OUI'] }, MO, {}, [1, []]],
])('a reply is known by %s', (_, when, body, query, expected) => {
  const webhook = { signature, reply: { ...reply, when }, receipt: { ...receipt, when: { path: 'state', exists: true } } };
  expect(summary(read(webhook, request(body, { query })))).toEqual(expected);
});

test('replies and receipts at one address are told apart by what they hold, in one list too', () => {
  const webhook = { signature, list: 'events', reply, receipt };
  expect(summary(read(webhook, request({ events: [MO, DLR] })))).toEqual([1, ['delivered']]);
  expect(summary(read(webhook, request({ events: [MO, { nothing: true }] })))).toBe('unreadable');
});

test('the password of Basic, and HMAC-SHA1 over the address and the body, are checked', () => {
  const webhook = { signature, reply };
  expect(summary(read(webhook, request(MO)))).toEqual([1, []]);
  expect(summary(read(webhook, request(MO, { headers: {} })))).toBe('forged');
  const sha1 = { kind: 'hmac-sha1', header: 'X-Signature', encoding: 'base64', content: '{{url}}{{body}}' };
  const asked = request(MO);
  const signed = createHmac('sha1', SECRET)
    .update(`${asked.url}${JSON.stringify(MO)}`)
    .digest('base64');
  expect(summary(read({ signature: sha1, reply }, { ...asked, headers: { 'x-signature': signed } }))).toEqual([1, []]);
  const elsewhere = { ...asked, url: 'https://sms.example.com/webhooks/2', headers: { 'x-signature': signed } };
  expect(summary(read({ signature: sha1, reply }, elsewhere))).toBe('forged');
});

test('an operator tries a carrier’s credentials without sending, and learns what to paste where', async () => {
  const play = PLAYS['46elks'];
  if (!play) throw new Error('No such play');
  await using provider = await startProvider(play);
  await using api = await startApi({ registry: { '46elks': play.carrier }, publicUrl: 'https://sms.example.com' });
  const settings = play.settings(provider.url);
  const made = await api.asOperator('POST', '/carriers', { name: 'elks', type: '46elks', settings });
  const check = () => api.asOperator('POST', `/carriers/${made.body.id}/check`);
  const webhookUrl = `https://sms.example.com/webhooks/${made.body.id}?secret=…`;
  expect(await check()).toMatchObject({ status: 200, body: { checked: true, refused: null, webhookUrl } });
  await api.asOperator('PATCH', `/carriers/${made.body.id}`, { settings: play.wrongLogin });
  expect((await check()).body).toMatchObject({ checked: true, refused: 'http-401' });
  expect(provider.taken).toEqual([]);
});
