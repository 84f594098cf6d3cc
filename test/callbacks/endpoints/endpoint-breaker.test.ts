import { expect, test } from 'vitest';
import { openClient } from '../../../temporal/connect.ts';
import { answered, healthOf, hurry, PATIENT, states } from '../../fixtures/endpoints.ts';
import { startApp, until, type App } from '../../fixtures/app.ts';

/** Ends when the endpoint has opened and all that is owed to it is held. */
async function opened(app: App, replies: number): Promise<string> {
  const id = app.callback?.id ?? '';
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500 });
  await answered(app, replies);
  await until('the endpoint is open', async () => (await healthOf(app, id)) === 'open');
  await until('everything is held', async () => (await states(app))['held breaker'] === replies);
  return id;
}

test('an endpoint that fails opens: probes spend no attempts, and its backlog drains by itself', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: PATIENT, sweepEveryMs: 1000 });
  const id = await opened(app, 12);
  const { client, connection } = openClient({
    address: app.config.TEMPORAL_ADDRESS,
    namespace: app.config.TEMPORAL_NAMESPACE,
    tls: false,
  });
  const run = client.workflow.getHandle(`endpoint/${id}`);
  const known = await until('the run tells', async () => {
    const answer = await run.query<{
      health: string;
      backlog: number;
      nextTryAt: string | null;
      lastFailure: { status: number };
    }>('endpointHealth');
    return answer.health === 'open' && answer.backlog === 12 && answer;
  });
  expect(known).toMatchObject({ lastFailure: { class: 'http_5xx', status: 500 }, nextTryAt: expect.any(String) });
  const spent = async () => (await app.rows<{ sum: number }>('select sum(attempts)::int as sum from deliveries'))[0]?.sum;
  const before = await spent();

  const calls = app.world.endpoint.calls.length;
  await hurry(app, id);
  await until('it was tried', () => app.world.endpoint.calls.length === calls + 1);
  await until('the try is recorded', async () => (await states(app))['held breaker'] === 12);
  expect(await spent()).toBe(before);
  await hurry(app, id);
  await until('it was tried again', () => app.world.endpoint.calls.length === calls + 2);
  await until('the second try is recorded', async () => (await states(app))['held breaker'] === 12);
  const probes = await app.rows<{ delivery_id: string }>('select distinct delivery_id from delivery_attempts where probe');
  expect(probes).toHaveLength(2);

  app.world.endpoint.behave({ name: 'hook', mode: 'ok' });
  await hurry(app, id);
  await until('all are delivered', async () => (await states(app))['delivered'] === 12);
  await until('it is healthy', async () => (await healthOf(app, id)) === 'healthy');
  await until('the run has ended', async () => (await run.describe()).status.name === 'COMPLETED');
  const ids = app.world.endpoint.calls.filter((call) => call.answered === 200).map((call) => call.id);
  expect(new Set(ids).size).toBe(12);
  await connection.close();
});
