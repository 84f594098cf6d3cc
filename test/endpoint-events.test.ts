import { expect, test } from 'vitest';
import { textOf } from '../seed.ts';
import { answered, hurry, states } from './fixtures/endpoints.ts';
import { phone, startApp, until } from './fixtures/app.ts';

test('a faulty set-up is told at the first attempt and once, to the account’s other endpoints that chose to hear of it', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 100, 60_000] });
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
  const told = await until('the other endpoint is told', () => app.world.endpoint.calls.find((call) => call.name === 'watcher'));
  await until('it was tried again', () => app.world.endpoint.calls.filter((call) => call.name === 'hook').length === 2);
  expect(JSON.parse(told.body)).toMatchObject({
    type: 'endpoint.failing',
    data: { endpoint: { id }, reason: 'configuration', lastFailure: { class: 'http_4xx', status: 404 } },
  });
  expect(await app.account.get(`/v1/callback-endpoints/${id}/health`)).toMatchObject({ misconfigured: true, health: 'healthy' });
  expect(app.world.endpoint.calls.filter((call) => call.name === 'watcher')).toHaveLength(1);

  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  for (const name of [
    'callback_attempt_duration_seconds_count{class="http_4xx"} 2',
    'callback_first_attempt_latency_seconds_count',
    'callback_endpoints{health="healthy"} 2',
    'callback_oldest_waiting_seconds{state="retrying"}',
  ])
    expect(metrics).toContain(name);
});

test('an endpoint that is open for a day is told of, and told of again when it has recovered', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 50, 50, 50, 50], sweepEveryMs: 1000 });
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
  await app.rows(
    `update callback_endpoints set track = jsonb_set(track, '{openedAt}', to_jsonb(extract(epoch from now()) * 1000 - 86400001)) where id = $1`,
    [id],
  );
  const reasons = () =>
    app.world.endpoint.calls.filter((call) => call.name === 'watcher').map((call) => JSON.parse(call.body).data.reason);
  await until('it is told', () => reasons().length === 1);
  app.world.endpoint.behave({ name: 'hook', mode: 'ok' });
  await hurry(app, id);
  await app.world.phones.reply(phone(0), 'encore');
  await until('it is told again', () => reasons().length === 2);
  expect(reasons()).toEqual(['unreachable', 'recovered']);
});
