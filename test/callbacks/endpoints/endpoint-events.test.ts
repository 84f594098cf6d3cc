import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { itemsOf, textOf } from '../../../dev/seed.ts';
import { answered, healthOf, hurry, PATIENT, states } from '../../fixtures/endpoints.ts';
import { phone, startApp, until, type App } from '../../fixtures/app.ts';
import { endpointTime } from '../../fixtures/states/callbacks.ts';

/** Subjects of the mails that tell of endpoints; each one's text has to name the address. */
async function noticed(app: App): Promise<string[]> {
  const mails = await Promise.all(app.world.mailbox.mails.map(({ raw }) => simpleParser(raw)));
  const notices = mails.filter((mail) => /callback/.test(mail.subject ?? ''));
  for (const mail of notices) expect(mail.text).toContain(`${app.world.endpoint.url}/hook`);
  return notices.map((mail) => mail.subject ?? '').toSorted();
}

test('a faulty set-up is told once, at the first attempt: by mail, by pull, by chosen endpoints', async () => {
  await using app = await startApp({ callbackSchedule: [0, 100, 60_000] });
  const id = app.callback?.id ?? '';
  const types = ['endpoint.failing', 'endpoint.recovered'];
  const watcher = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/watcher`,
    types,
  });
  app.world.endpoint.addSecret(textOf(watcher, 'secret'));
  await app.account.send('PATCH', `/v1/callback-endpoints/${id}`, { types: ['reply.received', ...types] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 404 });
  await answered(app, 1);
  await until('its owner has mail', async () => (await noticed(app)).length === 1);
  const told = await until('the other endpoint is told', () => app.world.endpoint.calls.find((call) => call.name === 'watcher'));
  await until(
    'it was tried again, and that is recorded',
    async () => (await app.rows(`select from deliveries where state = 'retrying' and attempts = 2`)).length === 1,
  );
  expect(JSON.parse(told.body)).toMatchObject({
    type: 'endpoint.failing',
    data: { endpoint: { id }, reason: 'configuration', lastFailure: { class: 'http_4xx', status: 404 } },
  });
  expect(await app.account.get(`/v1/callback-endpoints/${id}/health`)).toMatchObject({ misconfigured: true, health: 'unsteady' });
  expect(app.world.endpoint.calls.filter((call) => call.name === 'watcher')).toHaveLength(1);
  expect(await noticed(app)).toEqual(['Votre adresse de callback est mal réglée']);

  const metrics = (await app.metrics()).text;
  for (const name of [
    'callback_attempt_duration_seconds_count{class="http_4xx"} 2',
    'callback_first_attempt_latency_seconds_count',
    'callback_endpoints{health="healthy"} 1',
    'callback_endpoints{health="unsteady"} 1',
    'callback_oldest_waiting_seconds{state="retrying"}',
  ])
    expect(metrics).toContain(name);
});

test('an endpoint open for a day is told of, again before its end and at recovery: a mail each', async () => {
  await using app = await startApp({ callbackSchedule: PATIENT, sweepEveryMs: 1000 });
  const id = app.callback?.id ?? '';
  const types = ['endpoint.failing', 'endpoint.recovered'];
  const watcher = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/watcher`,
    types,
  });
  app.world.endpoint.addSecret(textOf(watcher, 'secret'));
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500 });
  await answered(app, 12);
  await until('all is held', async () => (await states(app))['held breaker'] === 12);
  const openSince = (hours: number) => endpointTime(app.db, id, 'openedAt', Date.now() - hours * 3_600_000 - 1);
  await openSince(24);
  const reasons = () =>
    app.world.endpoint.calls.filter((call) => call.name === 'watcher').map((call) => JSON.parse(call.body).data.reason);
  await until('it is told', () => reasons().length === 1);
  await openSince(96);
  await until('it is told before its end', () => reasons().length === 2);
  app.world.endpoint.behave({ name: 'hook', mode: 'ok' });
  await hurry(app, id);
  await app.world.phones.reply(phone(0), 'encore');
  await until('it is told again', () => reasons().length === 3);
  expect(reasons()).toEqual(['unreachable', 'unreachable', 'recovered']);
  await until('each has its mail', async () => (await noticed(app)).length === 3);
  expect(await noticed(app)).toEqual([
    'Des envois vers votre adresse de callback vont expirer',
    'Votre adresse de callback ne répond plus',
    'Votre adresse de callback répond à nouveau',
  ]);
});

test('who waits for events is woken when an endpoint of the account changes', async () => {
  await using app = await startApp({ callbackSchedule: [0, 60_000] });
  const id = app.callback?.id ?? '';
  const seen = await app.account.get('/v1/events');
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 410 });
  await answered(app, 1);
  const types = async (cursor: string): Promise<string[]> => {
    const page = await app.account.get(`/v1/events?wait=20&after=${cursor}`);
    const found = itemsOf(page).map((each) => textOf(each, 'type'));
    return found.includes('endpoint.disabled') ? found : [...found, ...(await types(textOf(page, 'nextCursor')))];
  };
  const begun = performance.now();
  expect(await types(textOf(seen, 'nextCursor'))).toContain('endpoint.disabled');
  // Nothing but a hint ends a wait before its time.
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(await healthOf(app, id)).toBe('gone');
  await until('its owner has mail', async () => (await noticed(app)).includes('Votre adresse de callback est désactivée'));
});
