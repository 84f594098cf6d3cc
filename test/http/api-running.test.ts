import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { hc } from 'hono/client';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { installationGauges } from '../../activities/maintenance/installation-gauges.ts';
import type { ApiType } from '../../api/app.ts';
import { createMetrics, serveMetrics } from '../../api/http/metrics.ts';
import { describeApi } from '../../api/reference/openapi.ts';
import { openDatabase } from '../../database/orm.ts';
import { anAccount, recordRuns, startApi } from '../fixtures/api.ts';
import { startApp } from '../fixtures/app.ts';
import { scratchDatabase } from '../fixtures/database.ts';

test('the process is healthy whatever its neighbours do, ready when database and Temporal answer', async () => {
  const { runs } = recordRuns();
  let temporal: () => Promise<boolean> = () => Promise.resolve(true);
  await using api = await startApi({ runs: { ...runs, reachable: () => temporal() } });
  expect((await api.call('GET', '/health')).body).toEqual({ status: 'ok' });
  expect(await api.call('GET', '/ready')).toMatchObject({
    status: 200,
    body: { status: 'ready', database: 'ok', temporal: 'ok' },
  });
  const away = { status: 503, body: { status: 'not-ready', database: 'ok', temporal: 'unreachable' } };
  temporal = () => Promise.resolve(false);
  expect(await api.call('GET', '/ready')).toMatchObject(away);
  temporal = () => Promise.reject(new Error('no connection'));
  expect(await api.call('GET', '/ready')).toMatchObject(away);
  temporal = () => new Promise(() => {});
  // Three seconds, and what the machine adds to them, which it adds to these too.
  const late = sleep(3000).then(() => sleep(1500, 'too late'));
  expect(await Promise.race([api.call('GET', '/ready'), late])).toMatchObject(away);
  expect((await api.call('GET', '/health')).status).toBe(200);
});

test('metrics count answers by route and status, never by address', async () => {
  const metrics = new Registry();
  await using api = await startApi({ metrics });
  const shop = await anAccount(api);
  const id = '01a207b0-90f2-706d-98f7-9e00aab24e84';
  await shop.call('GET', `/messages/${id}`);
  await api.call('GET', '/no/such/+33612345678');
  const { type, text } = await ask(metrics);
  expect(type).toMatch(/^text\/plain/);
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/v1/messages/{id}",status="404"} 1');
  expect(text).toContain('route="none"');
  expect([text.includes(id), text.includes('612345678')]).toEqual([false, false]);
});

test('the API shows no metrics; METRICS_PORT does, beside the API too, and nothing else', async () => {
  await using app = await startApp({ ways: {} });
  expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
  const { url, text } = await app.metrics();
  expect(text).toMatch(/^process_cpu_seconds_total \d[\s\S]+^callback_line_down 0$/m);
  expect((await fetch(new URL('/health', url))).status).toBe(404);
});

test('while PostgreSQL refuses or is silent, metrics that ask it are left out, the rest is 200', async () => {
  await using database = await scratchDatabase();
  await using opened = new AsyncDisposableStack();
  await using silent = await silentServer();
  const served = async (url: string) => {
    const { pool, close } = await openDatabase({ url });
    opened.defer(close);
    const registry = createMetrics();
    installationGauges(registry, pool);
    const { status, text } = await ask(registry);
    return { status, names: [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name) };
  };
  const { names } = await served(database.url);
  const ofDatabase = names.filter((name) => /^(callback|mail|aller_retour)_/.test(name));
  expect(ofDatabase.length).toBeGreaterThan(20);
  const rest = names.filter((name) => !ofDatabase.includes(name));
  expect(rest).toContain('process_cpu_seconds_total');
  for (const away of ['127.0.0.1:1', silent.address])
    expect(await served(`postgres://nobody@${away}/none`)).toEqual({ status: 200, names: rest });
});

/** Takes connections, and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function ask(registry: Registry) {
  const answer = await serveMetrics(registry, pino({ level: 'silent' }))(new Request('http://127.0.0.1/metrics'));
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

test('the committed OpenAPI document is what the routes say', async () => {
  await using api = await startApi();
  const committed = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8');
  expect(committed === (await describeApi())).toBe(true);
  const { body } = await api.call('GET', '/openapi.json');
  expect(body).toEqual(JSON.parse(committed));
  expect(body.openapi).toBe('3.1.0');
});

test('every operation of the document has its own name, a summary, and how it refuses', async () => {
  const document = JSON.parse(await describeApi());
  const all = Object.entries<Record<string, { operationId: string; summary?: string; responses: object }>>(
    document.paths,
  ).flatMap(([path, methods]) => Object.values(methods).map((operation) => ({ path, ...operation })));
  expect(all.length).toBeGreaterThan(40);
  expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  expect(all.filter(({ summary = '' }) => summary.length < 5)).toEqual([]);
  const silent = all.filter(
    ({ path, responses }) =>
      path.startsWith('/v1') && ['400', '401', '403', '500', '503'].some((status) => !(status in responses)),
  );
  expect(silent).toEqual([]);
});

test('the documentation page needs no script and nothing from elsewhere', async () => {
  await using api = await startApi();
  const { text, headers } = await api.call('GET', '/docs');
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(text).not.toMatch(/<script|src=|href="http|url\(|@import/);
  for (const shown of ['/v1/campaigns/{id}/pause', 'id="schema-NewCampaign"', 'idempotency-key']) expect(text).toContain(shown);
});

test('a typed client speaks to the API', async () => {
  await using api = await startApi();
  const { key } = await anAccount(api, { name: 'Boulangerie' });
  const client = hc<ApiType>('http://api', { fetch: api.app.request, headers: { authorization: `Bearer ${key}` } });
  const account = await client.v1.account.$get();
  if (account.status !== 200) throw new Error('The account was not answered');
  const { name, platform } = await account.json();
  expect([name, platform]).toEqual(['Boulangerie', 'v2']);
  const created = await client.v1['callback-endpoints'].$post({ json: { url: 'https://example.com/in' } });
  if (created.status !== 201) throw new Error('The endpoint was not made');
  const { secret } = await created.json();
  expect(secret.startsWith('whsec_')).toBe(true);
});
