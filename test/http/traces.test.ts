import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { listening } from '../fixtures/listening.ts';

type Attribute = { key: string; value: Record<string, unknown> };
type Span = { traceId: string; spanId: string; parentSpanId?: string; name: string; attributes: Attribute[]; events?: unknown[] };
type Sent = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[] };

/** A collector of traces that keeps what it is told. */
async function collector() {
  const sent: Sent[] = [];
  const headers: unknown[] = [];
  const server = await listening(async (request) => {
    if (new URL(request.url).pathname === '/v1/traces') sent.push(JSON.parse(await request.text()));
    headers.push(request.headers.get('api-key'));
    return Response.json({});
  });
  return {
    ...server,
    sent,
    headers,
    spans: () =>
      sent.flatMap(({ resourceSpans }) => resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans))),
  };
}

const CUSTOMERS = '00-11111111111111111111111111111111-2222222222222222-01';

test('a campaign and a reply are each one trace, from the request or the carrier to the callback', async () => {
  await using otlp = await collector();
  await using app = await startApp({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=let=me' },
  });
  const campaign = await app.account.send(
    'POST',
    '/v1/campaigns',
    { name: 'Rentrée', route: 'premium', withReplies: true, text: 'Bonjour, une réponse ?', recipients: [{ to: phone(1) }] },
    { 'idempotency-key': 'traced-campaign', traceparent: CUSTOMERS },
  );
  await app.ended(campaign);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'Oui, après 18 h');
  const call = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  const spans = await until('the callback is told', () => otlp.spans().some(({ name }) => name === 'callback') && otlp.spans());

  const named = (name: string) => spans.find((span) => span.name === name);
  const request = named('POST /v1/campaigns');
  const ofCampaign = spans.filter(({ traceId }) => traceId === request?.traceId);
  expect(request?.parentSpanId ?? '').toBe('');
  expect(ofCampaign.map(({ name }) => name)).toEqual(expect.arrayContaining(['POST /v1/campaigns', 'sendBatch']));
  expect(ofCampaign.filter((span) => span !== request).every(({ parentSpanId }) => parentSpanId === request?.spanId)).toBe(true);

  const [stored, filed, posted, callback] = ['replies stored', 'fileReplies', 'postCallbacks', 'callback'].map(named);
  expect(new Set([stored, filed, posted, callback].map((span) => span?.traceId)).size).toBe(1);
  expect(filed?.parentSpanId).toBe(stored?.spanId);
  expect(callback?.parentSpanId).toBe(posted?.spanId);
  expect(call.headers['traceparent']).toBe(`00-${callback?.traceId}-${callback?.spanId}-01`);

  const told = JSON.stringify(otlp.sent);
  expect(told).not.toMatch(/\+?33612|Bonjour|Oui|Rentrée|\/hook|whsec_|1111111111111111/);
  expect(new Set(otlp.headers)).toEqual(new Set(['let=me']));
  expect(app.log.text()).toContain(`"traceId":"${request?.traceId}"`);
});

test('a ping names its request and its trace, and a collector that is away holds nothing up', async () => {
  await using app = await startApp({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
  const [endpoint] = await app.rows<{ id: string }>('select id from callback_endpoints');
  await app.account.send('POST', `/v1/callback-endpoints/${endpoint?.id}/test`, {}, { 'x-request-id': 'ask-me-about-it' });
  const [call] = app.world.endpoint.calls;
  expect(call?.headers).toMatchObject({
    'x-request-id': 'ask-me-about-it',
    traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/),
  });
  await until('the loss is logged', () => app.log.text().includes('the collector took no traces'));
});

test('while there is no collector, callbacks have no trace and no SDK of OpenTelemetry is loaded', async () => {
  await using app = await startApp();
  const [endpoint] = await app.rows<{ id: string }>('select id from callback_endpoints');
  await app.account.send('POST', `/v1/callback-endpoints/${endpoint?.id}/test`, {}, { traceparent: CUSTOMERS });
  expect(textOf(app.world.endpoint.calls[0]?.headers ?? {}, 'x-request-id')).not.toBe('');
  expect(app.world.endpoint.calls[0]?.headers).not.toHaveProperty('traceparent');
  const script = `import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
    await import('./system.ts');
    console.log(JSON.stringify(loaded));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  const loaded: string[] = JSON.parse(stdout);
  expect(loaded).toContain('undici');
  // The bare API is prom-client's.
  const tracing = loaded.filter((name) => /opentelemetry|open-tracing/.test(name) && name !== '@opentelemetry/api');
  expect(tracing).toEqual([]);
});

test('a callback names the request that began its campaign, first and when it is sent again', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const draft = await app.account.send('POST', '/v1/campaigns/drafts', {
    name: 'Rentrée',
    route: 'premium',
    withReplies: true,
    text: 'Bonjour, une réponse ?',
  });
  const path = `/v1/campaigns/${textOf(draft, 'id')}`;
  await fetch(`${app.url}${path}/recipients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'text/csv' },
    body: `to\n${phone(1)}\n`,
  });
  await until('the list is ready', async () => (await app.account.get(path))['state'] === 'ready');
  await app.account.send('POST', `${path}/launch`, {}, { 'x-request-id': 'launch-of-the-spring-sale' });
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'Oui');
  const first = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  const again = `/v1/deliveries/${textOf(first.headers, 'x-delivery-id')}`;
  await until('it is recorded', async () => (await app.account.get(again))['state'] === 'delivered');
  await app.account.send('POST', `${again}/retry`);
  await until('the endpoint has it again', () => app.world.endpoint.calls[1]);
  expect(app.world.endpoint.calls.map(({ headers }) => [headers['x-trigger'], headers['x-request-id']])).toEqual([
    ['auto', 'launch-of-the-spring-sale'],
    ['manual', 'launch-of-the-spring-sale'],
  ]);
});
