import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { octopushBody, type OctopushFacts } from '../../domain/callbacks/octopush-callback.ts';
import { textOf } from '../../dev/seed.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { phone, SHORT_CODES, startApp, until } from '../fixtures/app.ts';

const at = new Date('2026-07-14T16:04:05.678Z');

test('each Octopush callback has its names, the campaign’s ticket and the account’s clocks', () => {
  const known = { ticket: 'T1', phone: '+33612000001', at };
  const json = (facts: Parameters<typeof octopushBody>[1]) =>
    JSON.parse(octopushBody('octopush-json', facts, { timeZone: 'Europe/Paris', platform: 'v0' }));
  expect(json({ kind: 'inbound', ...known, text: 'OUI', to: '36200' })).toEqual({
    message_id: 'T1',
    number: '+33612000001',
    text: 'OUI',
    sim_card_number: '36200',
    reception_date: '2026-07-14 18:04:05',
  });
  expect(json({ kind: 'delivery', ...known, status: 'NOT_DELIVERED' })).toEqual({
    channel: 'sms',
    message_id: 'T1',
    number: '+33612000001',
    status: 'NOT_DELIVERED',
    delivery_date: '2026-07-14 18:04:05',
    meta_data: {},
  });
  expect(json({ kind: 'stop', ...known, ticket: null, text: 'STOP' })).toEqual({
    message_id: null,
    number: '+33612000001',
    text: 'STOP',
    stop_date: '2026-07-14 18:04:05',
  });
});

test('a form names the number as its generation reads it, V0’s beside the time of the answer', () => {
  const facts = { kind: 'inbound', ticket: 'T1', phone: '+33612000001', at, text: 'à & b', to: '36200' } as const;
  const form = (format: 'octopush-form' | 'octopush-v0-form', platform: 'v0' | 'v2', of: OctopushFacts = facts) =>
    Object.fromEntries(new URLSearchParams(octopushBody(format, of, { timeZone: 'UTC', platform })));
  const v2 = {
    message_id: 'T1',
    number: '+33612000001',
    text: 'à & b',
    sim_card_number: '36200',
    reception_date: '2026-07-14 16:04:05',
  };
  const v0 = { ...v2, number: '0033612000001', answer_date: '2026-07-14 16:04:05' };
  expect(form('octopush-form', 'v2')).toEqual(v2);
  expect(form('octopush-form', 'v0')).toEqual(v0);
  expect(form('octopush-v0-form', 'v2')).toEqual(v0);
  expect(form('octopush-form', 'v2', { kind: 'delivery', ticket: 'T1', phone: '+33612000001', status: 'DELIVERED', at })).toEqual(
    {
      message_id: 'T1',
      number: '+33612000001',
      status: 'DELIVERED',
      delivery_date: '2026-07-14 16:04:05',
    },
  );
});

test('an endpoint hears in its own format, signed; a change leaves what is owed as it was filed', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, ...Array<number>(20).fill(500)] });
  const make = async (name: string, fields: Record<string, unknown>) => {
    const made = await app.account.send('POST', '/v1/callback-endpoints', {
      url: `${app.world.endpoint.url}/hook/${name}`,
      ...fields,
    });
    app.world.endpoint.addSecret(textOf(made, 'secret'));
    return { id: textOf(made, 'id'), secret: textOf(made, 'secret') };
  };
  const json = await make('json', { format: 'octopush-json' });
  const asForm = await make('form', { format: 'octopush-form' });
  app.world.endpoint.behave({ name: 'json', mode: 'status', status: 500 });
  const campaign = await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'Oui à tous');
  const callsOf = (name: string) => app.world.endpoint.calls.filter((call) => call.name === name);
  await until('the first attempts are made', () => ['hook', 'json', 'form'].every((name) => callsOf(name).length > 0));
  await app.account.send('PATCH', `/v1/callback-endpoints/${json.id}`, { format: 'standard' });
  // Refused until now: the attempt that is taken comes after the change.
  app.world.endpoint.behave({ name: 'json', mode: 'ok' });
  await until('a later attempt is taken', () => callsOf('json').at(-1)?.answered === 200);
  expect(app.world.endpoint.calls.filter((call) => call.name !== 'form').every((call) => call.verified)).toBe(true);
  expect(new Set(callsOf('json').map((call) => call.body)).size).toBe(1);
  expect(JSON.parse(callsOf('json').at(-1)?.body ?? '')).toMatchObject({
    message_id: campaign['id'],
    number: phone(1),
    text: 'Oui à tous',
  });
  const [form] = callsOf('form');
  expect(form?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  // The reference library reads every body as JSON after it has verified it; its signing half does not.
  const timestamp = new Date(Number(form?.headers['webhook-timestamp']) * 1000);
  expect(form?.headers['webhook-signature']).toBe(new Webhook(asForm.secret).sign(form?.id ?? '', timestamp, form?.body ?? ''));
  const fields = Object.fromEntries(new URLSearchParams(form?.body));
  expect(fields).toMatchObject({ number: phone(1), text: 'Oui à tous' });
  expect(SHORT_CODES).toContain(fields['sim_card_number']);
  expect(JSON.parse(callsOf('hook')[0]?.body ?? '')).toMatchObject({ type: 'reply.received' });
});

test('types that Octopush has no form for are refused with its formats, when made and changed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const url = 'https://example.com/in';
  const refused = await shop.call('POST', '/callback-endpoints', { url, format: 'octopush-form', types: ['endpoint.failing'] });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'types' }] } });
  const { id } = (await shop.call('POST', '/callback-endpoints', { url, types: ['two-way.enabled'] })).body;
  expect((await shop.call('PATCH', `/callback-endpoints/${id}`, { format: 'octopush-json' })).body.errors).toMatchObject([
    { field: 'types' },
  ]);
  expect((await shop.call('GET', `/callback-endpoints/${id}`)).body).toMatchObject({ format: 'standard', fallbackUrl: null });
});

test('when the first address is out of reach the same attempt tries the second, and says so', async () => {
  await using app = await startApp({ ways: {} });
  const made = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/first`,
    fallbackUrl: `${app.world.endpoint.url}/hook/second`,
  });
  app.world.endpoint.addSecret(textOf(made, 'secret'));
  app.world.endpoint.behave({ name: 'first', mode: 'close' });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  const call = await until('the second has it', () => app.world.endpoint.calls.find((each) => each.name === 'second'));
  expect(call).toMatchObject({ attempt: 1, verified: true });
  const attempts = await until('it is recorded', async () => {
    const found = await app.rows<{ number: number; class: string; first_class: string | null; state: string }>(
      `select a.number, a.class, a.first_class, d.state from delivery_attempts a join deliveries d on d.id = a.delivery_id`,
    );
    return found[0]?.state === 'delivered' && found;
  });
  expect(attempts).toEqual([{ number: 1, class: 'ok', first_class: 'reset', state: 'delivered' }]);

  // An answer, even a refusal, is the endpoint's own: the second address is not asked.
  app.world.endpoint.clear();
  app.world.endpoint.behave({ name: 'first', mode: 'status', status: 500 });
  await app.world.phones.reply(phone(1), 'encore');
  await until('the first has it', () => app.world.endpoint.calls.some((each) => each.answered === 500));
  expect(app.world.endpoint.calls.map((each) => each.name)).toEqual(['first']);
});

test('the second address is checked like the first', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const made = await shop.call('POST', '/callback-endpoints', {
    url: 'https://example.com/in',
    fallbackUrl: 'https://blocked.example.com/',
  });
  expect(made).toMatchObject({ status: 422, body: { code: 'unsafe-url', errors: [{ field: 'fallbackUrl' }] } });
  const { id } = (
    await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in', fallbackUrl: 'https://b.example.com/' })
  ).body;
  expect((await shop.call('PATCH', `/callback-endpoints/${id}`, { fallbackUrl: null })).body).toMatchObject({
    fallbackUrl: null,
  });
});
