import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { phone, startApp, until, type App, type AppOptions } from '../fixtures/app.ts';
import { timePasses } from '../fixtures/states/time.ts';

const LOGIN = 'me@example.com';

/** A product in which an account hears by Octopush's callbacks, in JSON. */
async function startShop(fields: Record<string, unknown> = {}, options: AppOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await startApp({ ways: {}, ...options }));
  await app.account.send('PATCH', '/v1/account', { octopushLogin: LOGIN });
  const made = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/all?token=s3cret`,
    format: 'octopush-json',
    types: ['reply.received', 'message.delivered', 'message.undelivered', 'contact.opted-out'],
    ...fields,
  });
  app.world.endpoint.addSecret(textOf(made, 'secret'));
  const running = stack.move();
  return { app, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function send(app: App, body: Record<string, unknown>): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${app.url}/v1/public/sms-campaign/send`, {
    method: 'POST',
    headers: { 'api-login': LOGIN, 'api-key': app.key, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'sms_premium', purpose: 'alert', sender: 'Boutique', text: 'Bonjour', ...body }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}
const heard = (app: App) => app.world.endpoint.calls.map((call) => ({ at: call.at.getTime(), body: JSON.parse(call.body) }));
const hears = (app: App, what: Record<string, unknown>) =>
  until(`it hears of ${JSON.stringify(what)}`, () =>
    heard(app).find(({ body }) => Object.entries(what).every(([name, value]) => body[name] === value)),
  );

test('a ticket is heard of two seconds after its answer at the earliest, of one or of several', async () => {
  await using shop = await startShop();
  const { app } = shop;
  const one = await send(app, { recipients: [{ phone_number: phone(1) }], with_replies: true });
  const oneAnswered = Date.now();
  const many = await send(app, { recipients: [{ phone_number: phone(2) }, { phone_number: phone(3) }] });
  const manyAnswered = Date.now();
  const delivered = await hears(app, { message_id: one.body['sms_ticket'], number: phone(1), status: 'DELIVERED' });
  expect(delivered.body).toEqual({
    channel: 'sms',
    message_id: one.body['sms_ticket'],
    number: phone(1),
    status: 'DELIVERED',
    delivery_date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    meta_data: {},
  });
  expect(delivered.at - oneAnswered).toBeGreaterThan(2000);
  for (const n of [2, 3]) {
    const { at } = await hears(app, { message_id: many.body['sms_ticket'], number: phone(n), status: 'DELIVERED' });
    expect(at - manyAnswered).toBeGreaterThan(2000);
  }
  await app.world.phones.reply(phone(1), 'OUI');
  await hears(app, { message_id: one.body['sms_ticket'], number: phone(1), text: 'OUI' });
});

test('who is left out by STOP is told as blacklisted; a STOP is told under its ticket', async () => {
  await using shop = await startShop();
  const { app } = shop;
  await app.account.send('POST', '/v1/opt-outs/import', { entries: [phone(1)] });
  const recipients = [{ phone_number: phone(1) }, { phone_number: phone(2) }];
  const sent = await send(app, { recipients, with_replies: true });
  await hears(app, { message_id: sent.body['sms_ticket'], number: phone(1), status: 'BLACKLISTED_NUMBER' });
  await hears(app, { message_id: sent.body['sms_ticket'], number: phone(2), status: 'DELIVERED' });
  await app.world.phones.reply(phone(2), 'STOP');
  expect((await hears(app, { text: 'STOP', message_id: sent.body['sms_ticket'], number: phone(2) })).body).toBeDefined();
  const stop = await until('the STOP is told', () => heard(app).find(({ body }) => 'stop_date' in body));
  expect(stop.body).toMatchObject({ message_id: sent.body['sms_ticket'], number: phone(2), text: 'STOP' });
  const again = await send(app, { recipients: [{ phone_number: phone(2) }] });
  await hears(app, { message_id: again.body['sms_ticket'], number: phone(2), status: 'BLACKLISTED_NUMBER' });
});

test('who is refused while others go is told as a bad destination, after the ticket', async () => {
  await using shop = await startShop();
  const { app } = shop;
  const recipients = [phone(1), '+334', phone(2)].map((phone_number) => ({ phone_number }));
  const sent = await send(app, { recipients });
  const answered = Date.now();
  expect([sent.status, sent.body['number_of_contacts']]).toEqual([201, 2]);
  const told = await hears(app, { message_id: sent.body['sms_ticket'], number: '+334' });
  expect(told.body).toMatchObject({ channel: 'sms', status: 'BAD_DESTINATION', meta_data: {} });
  expect(told.at - answered).toBeGreaterThan(2000);
  const fields = { user_login: LOGIN, api_key: app.key, sms_type: 'FR', sms_sender: 'Boutique', transactional: '1' };
  const v0 = { ...fields, sms_text: 'Bonjour', sms_recipients: `${phone(3)},00335` };
  const answer = await fetch(`${app.url}/api/sms/json`, { method: 'POST', body: new URLSearchParams(v0) });
  const { ticket } = JSON.parse(await answer.text());
  await hears(app, { message_id: ticket, number: '+335', status: 'BAD_DESTINATION' });
  await hears(app, { message_id: ticket, number: phone(3), status: 'DELIVERED' });
  expect(heard(app).filter(({ body }) => body.status === 'BAD_DESTINATION')).toHaveLength(2);
});

test('what a carrier took is told where chosen; two days of silence are told as unknown', async () => {
  await using shop = await startShop({ types: ['message.accepted', 'message.undelivered'] }, { receipts: { delayMs: 600_000 } });
  const { app } = shop;
  const { body } = await send(app, { recipients: [{ phone_number: phone(1) }] });
  const ticket = String(body['sms_ticket']);
  await hears(app, { message_id: ticket, number: phone(1), status: 'ACK' });
  // Two days later.
  await timePasses(app.db, '49 hours', { messages: ['submitted_at'] }, { id: ticket });
  await timePasses(app.db, '49 hours', { message_news: ['due_at'] }, { message_id: ticket });
  await send(app, { recipients: [{ phone_number: phone(2) }] });
  await hears(app, { message_id: ticket, number: phone(1), status: 'UNKNOWN_DELIVERY' });
  expect(await app.rows('select from message_news where message_id = $1', [ticket])).toEqual([]);
});

test('a port of plain http answers V0 and nothing else, and the log warns of it', async () => {
  await using app = await startApp({ ways: {}, env: { OCTOPUSH_HTTP_PORT: '0' } });
  const port = /"port":(\d+),"msg":"V0 of Octopush is answered on plain http/.exec(app.log.text())?.[1];
  const sent = await fetch(`http://127.0.0.1:${port}/api/credit/json`, {
    method: 'POST',
    body: new URLSearchParams({ user_login: LOGIN, api_key: 'none' }),
  });
  expect([sent.status, await sent.json()]).toEqual([200, { error_code: '101' }]);
  for (const path of ['/api_wooc_os/sms', '/api_mag_ss/sms_batch', '/api_sub/credit']) {
    const batch = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ user_login: LOGIN }),
    });
    expect([path, batch.status, await batch.text()]).toEqual([path, 200, expect.stringMatching(/<error_code>(?:500|207)</)]);
  }
  for (const path of ['/', '/v1/account', '/v1/public/wallet/check-balance', '/docs'])
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
});
