import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { phone, startApp, until } from '../fixtures/app.ts';

test('replies go, signed, to the address that their campaign names and the account’s endpoints', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 50, 50] });
  const callbackUrl = `${app.world.endpoint.url}/hook/spring`;
  const spring = await app.campaign([{ to: phone(1) }], { callbackUrl });
  const again = await app.campaign([{ to: phone(2) }], { callbackUrl });
  await app.campaign([{ to: phone(3) }]);
  const shown = await app.account.get(`/v1/campaigns/${textOf(spring, 'id')}`);
  expect(shown['callback']).toEqual({ url: callbackUrl, endpointId: expect.any(String) });
  expect(again['callback']).toEqual(shown['callback']);

  const named = itemsOf(await app.account.get('/v1/callback-endpoints')).filter((each) => each['scope'] === 'campaigns');
  expect(named).toHaveLength(1);
  const id = textOf(named[0] ?? {}, 'id');
  const rotated = await app.account.send('POST', `/v1/callback-endpoints/${id}/secrets`, { overlapHours: 0 });
  app.world.endpoint.addSecret(textOf(rotated, 'secret'));
  // Its failures are its own: the account's endpoint has its replies at once.
  app.world.endpoint.behave({ name: 'spring', mode: 'status', status: 500, times: 1 });

  await until('all phones have it', () => app.world.phones.received.length === 3);
  for (const n of [1, 2, 3]) await app.world.phones.reply(phone(n), `OUI ${n}`);
  const texts = (name: string): string[] =>
    app.world.endpoint.calls
      .filter((call) => call.name === name && call.answered === 200 && call.verified)
      .map((call) => String(JSON.parse(call.body).data.reply.text))
      .toSorted();
  await until('both have theirs', () => texts('spring').length === 2 && texts('hook').length === 3);
  expect([texts('hook'), texts('spring')]).toEqual([
    ['OUI 1', 'OUI 2', 'OUI 3'],
    ['OUI 1', 'OUI 2'],
  ]);
});

test('a campaign that names an endpoint of its account is heard there once', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const campaign = await app.campaign([{ to: phone(1) }], { callbackUrl: `${app.world.endpoint.url}/hook` });
  expect(campaign['callback']).toMatchObject({ endpointId: app.callback?.id });
  await until('the phone has it', () => app.world.phones.received.length === 1);
  await app.world.phones.reply(phone(1), 'OUI');
  await until('it is delivered', async () => (await app.rows(`select from deliveries where state = 'delivered'`)).length === 1);
  expect(await app.rows(`select from deliveries where channel = 'callback'`)).toHaveLength(1);
});

test('an address that a campaign can not name is refused before anything is stored, drafts too', async () => {
  await using app = await startApp({ ways: {} });
  const draft = { name: 'n', route: 'premium', text: 't', sender: 'Boutique' };
  for (const callbackUrl of ['http://169.254.169.254/x', 'ftp://example.com/', 'http://me:pw@127.0.0.1/']) {
    for (const [path, fields] of [
      ['/v1/campaigns', { ...draft, recipients: [{ to: phone(1) }] }],
      ['/v1/campaigns/drafts', draft],
    ] as const) {
      const response = await fetch(`${app.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify({ ...fields, callbackUrl }),
      });
      expect([response.status, await response.json()]).toEqual([
        422,
        expect.objectContaining({
          code: 'unsafe-url',
          errors: [expect.objectContaining({ field: 'callbackUrl', problem: 'ne peut pas être utilisée' })],
        }),
      ]);
    }
  }
  expect(await app.rows('select from campaigns')).toEqual([]);
  expect(await app.rows('select from callback_endpoints')).toEqual([]);
});
