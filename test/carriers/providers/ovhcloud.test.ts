import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { InboundReply } from '../../../carriers/carrier.ts';
import { ovhcloud } from '../../../carriers/providers/ovhcloud.ts';
import { until } from '../../fixtures/app.ts';
import { ovhPlay, ovhSettings, startProvider } from './play.ts';

test('OVHcloud is asked for replies: each comes once, with the number that recipients answer to', async () => {
  await using api = await startProvider(ovhPlay);
  api.gets.set('/incoming', [11, 12]);
  const item = { creationDatetime: '2026-11-30T09:00:00+01:00', credits: 0, sender: '+33612345678', tag: '' };
  api.gets.set('/incoming/11', { ...item, id: 11, message: 'OUI' });
  api.gets.set('/incoming/12', { ...item, id: 12, message: 'Ça me va €' });
  const replies: InboundReply[] = [];
  const session = ovhcloud.open(ovhcloud.settings.parse(ovhSettings(api.url)), {
    log: pino({ level: 'silent' }),
    events: {
      onReply(reply) {
        replies.push(reply);
        return Promise.resolve({ acknowledged() {} });
      },
      onReceipt: () => Promise.resolve(),
    },
  });
  await until('both came', () => replies.length === 2);
  api.gets.set('/incoming', [11, 12, 13]);
  api.gets.set('/incoming/13', { ...item, id: 13, message: 'STOP' });
  await until('the third came', () => replies.length >= 3);
  await session.close(1000);
  expect(replies.map(({ externalId, from, to, body }) => [externalId, from, to, Buffer.from(body).toString()])).toEqual([
    ['11', '+33612345678', '36105', 'OUI'],
    ['12', '+33612345678', '36105', 'Ça me va €'],
    ['13', '+33612345678', '36105', 'STOP'],
  ]);
  expect(replies[0]?.receivedAt).toEqual(new Date('2026-11-30T08:00:00Z'));
});

test('OVHcloud’s credentials that stop working in silence are a refused login, with its alarm', async () => {
  await using api = await startProvider(ovhPlay);
  const logged: string[] = [];
  const session = ovhcloud.open(ovhcloud.settings.parse({ ...ovhSettings(api.url), applicationSecret: 'revoked' }), {
    log: pino({ level: 'trace' }, { write: (line) => void logged.push(line) }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });
  await until('it is told', () => session.health().refused === true);
  expect(session.health()).toMatchObject({ state: 'connecting', lastError: 'http-401' });
  expect(logged.filter((line) => line.includes('ovhcloud-login-refused'))).toHaveLength(1);
  await session.close(0);
});

test('OVHcloud tells a message’s fate when asked; what is on its way, or another’s, is not news', async () => {
  await using api = await startProvider(ovhPlay);
  for (const [id, deliveryReceipt] of [
    [1, 1],
    [2, 2],
    [3, 0],
  ])
    api.gets.set(`/outgoing/${id}`, { id, deliveryReceipt, ptt: 5, deliveredAt: '2026-11-30T09:00:00+01:00' });
  const session = ovhcloud.open(ovhcloud.settings.parse(ovhSettings(api.url)), {
    log: pino({ level: 'silent' }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });
  const receipts = await session.pollReceipts?.(['1', '2', '3', '404']);
  await session.close(0);
  expect(receipts?.map(({ reference, status }) => [reference, status])).toEqual([
    ['1', 'delivered'],
    ['2', 'undelivered'],
  ]);
});
