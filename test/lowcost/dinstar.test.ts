import { pino } from 'pino';
import { expect, test } from 'vitest';
import { dinstar } from '../../carriers/dinstar/dinstar.ts';
import { readDeviceTime } from '../../carriers/dinstar/incoming.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { authorize, parseChallenge } from '../../carriers/http-digest.ts';
import { startDinstar, type DinstarOptions, type GatewayFault } from '../../dev/simulator/dinstar.ts';
import { aMessage, outcomeNow, submitAll, until } from '../fixtures/smpp-session.ts';

const SIMS = [
  { port: 0, number: '+33644000000' },
  { port: 3, number: '+33644000003' },
];
const LOGIN = { username: 'admin', password: 'pa:55 "word"' };

/** A gateway with two SIMs and a session to it, with short times but for an answer: a machine that has much to do gives it late. */
async function startGateway(settings: object = {}, options: Partial<DinstarOptions> = {}) {
  await using stack = new AsyncDisposableStack();
  const arrived: { from: string; to: string; text: string }[] = [];
  const gateway = stack.use(await startDinstar({ ...LOGIN, sims: SIMS, onMessage: (sms) => arrived.push(sms), ...options }));
  const logged: string[] = [];
  const session = dinstar.open(
    dinstar.settings.parse({
      url: gateway.url,
      ...LOGIN,
      timeoutMs: 10_000,
      retryMinMs: 20,
      retryMaxMs: 40,
      refusedRetryMs: 40,
      ...settings,
    }),
    {
      log: pino({ level: 'debug' }, { write: (line) => logged.push(line) }),
      events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
    },
  );
  stack.defer(() => session.close(0));
  if (!('url' in settings)) await session.whenReady();
  const poll = (after: number | null) => session.pollReplies?.(after) ?? Promise.reject(new Error('It can not be asked'));
  const running = stack.move();
  return { gateway, session, arrived, logged, poll, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
const receive = (gateway: Awaited<ReturnType<typeof startDinstar>>, text: string) =>
  gateway.receive({ from: '+33612345678', to: '+33644000003', text });

test('messages leave by the SIM chosen for each, at most 128 a call, and arrive as written', async () => {
  await using it = await startGateway();
  const messages = Array.from({ length: 300 }, (_, index) =>
    aMessage({ port: index % 3 === 0 ? 3 : 0, text: index % 2 === 0 ? `Café ${index} à 5 €` : `Ça y est 🎉 #param# ${index}` }),
  );
  const results = await submitAll(it.session, messages);
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  const references = results.flatMap((result) => (result.outcome === 'accepted' ? result.references : []));
  expect(new Set(references).size).toBe(300);
  await until(() => it.arrived.length === 300);
  const byPhone = new Map(it.arrived.map((sms) => [sms.to, sms]));
  for (const message of messages)
    expect(byPhone.get(message.to)).toEqual({ from: `+3364400000${message.port}`, to: message.to, text: message.text });
  expect(it.gateway.sent().filter((sms) => sms.encoding === 'unicode')).toHaveLength(150);
  expect(it.gateway.calls().filter((call) => call.path === '/api/send_sms' && call.authorized)).toHaveLength(4);
});

test('a message without a SIM is refused by itself; the others go', async () => {
  await using it = await startGateway();
  const results = await submitAll(it.session, [aMessage({ port: null }), aMessage({ port: 0 })]);
  expect(results).toMatchObject([{ outcome: 'rejected', code: 'no-sim' }, { outcome: 'accepted' }]);
});

const faults: [GatewayFault, object][] = [
  [413, { outcome: 'throttled', retryAfterMs: 5000 }],
  [486, { outcome: 'throttled', retryAfterMs: 5000 }],
  [503, { outcome: 'throttled', retryAfterMs: 5000 }],
  [550, { outcome: 'throttled', retryAfterMs: 30_000 }],
  [400, { outcome: 'rejected', code: 'gateway-400' }],
  [500, { outcome: 'unknown', reason: 'gateway-500' }],
  ['http-500', { outcome: 'unknown', reason: 'http-500' }],
  ['garbage', { outcome: 'unknown', reason: 'unreadable-answer' }],
  ['hang', { outcome: 'unknown', reason: 'timeout' }],
  ['cut', { outcome: 'unknown' }],
  ['unauthorized', { outcome: 'unsent', reason: 'http-401' }],
];
test.for(faults)(
  'a call answered with %s says what is known of each message, and the next one works',
  async ([fault, expected]) => {
    await using it = await startGateway(fault === 'hang' ? { timeoutMs: 1000 } : {});
    it.gateway.fail(fault, fault === 'unauthorized' ? Infinity : 1);
    expect(await submitAll(it.session, [aMessage({ port: 0 }), aMessage({ port: 0 })])).toMatchObject([expected, expected]);
    it.gateway.fail(null);
    expect(await submitAll(it.session, [aMessage({ port: 0 })])).toMatchObject([{ outcome: 'accepted' }]);
    await until(() => it.arrived.length > 0);
    expect(it.gateway.sent()).toHaveLength(1);
  },
);

test('a gateway out of reach leaves messages unsent, rests a while, and takes them when back', async () => {
  const port = await freePort();
  await using it = await startGateway({ url: `http://127.0.0.1:${port}`, retryMinMs: 300, retryMaxMs: 300 });
  await until(() => it.session.health().lastError === 'econnrefused');
  expect(await Promise.all(it.session.submit([aMessage({ port: 0 })]))).toEqual([{ outcome: 'unsent', reason: 'econnrefused' }]);
  expect(it.session.health()).toMatchObject({ state: 'connecting', refused: false });
  await using back = await startDinstar({ ...LOGIN, sims: SIMS, port });
  expect(await submitAll(it.session, [aMessage({ port: 0 })])).toMatchObject([{ outcome: 'accepted' }]);
  expect(it.session.health()).toMatchObject({ state: 'bound', lastError: null });
  expect(back.sent()).toHaveLength(1);
});

test('a gateway that breaks off in mid-batch gets the rest only when it answers again', async () => {
  await using it = await startGateway({ retryMinMs: 200, retryMaxMs: 200 });
  it.gateway.fail('cut', 1);
  const results = await submitAll(it.session, [aMessage({ port: 0 }), aMessage({ port: 3 })]);
  expect(results).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unsent' }]);
  expect(it.session.health()).toMatchObject({ state: 'connecting' });
  expect(await submitAll(it.session, [aMessage({ port: 3 })])).toMatchObject([{ outcome: 'accepted' }]);
});

test('a stale nonce costs a second call, never a second SMS', async () => {
  await using it = await startGateway();
  await submitAll(it.session, [aMessage({ port: 0 })]);
  it.gateway.forgetNonces();
  expect(await submitAll(it.session, [aMessage({ port: 0 })])).toMatchObject([{ outcome: 'accepted' }]);
  expect(it.gateway.sent()).toHaveLength(2);
  expect(it.gateway.calls().filter((call) => !call.authorized)).toHaveLength(2);
});

test.for(['GET', 'POST'] as const)(
  'the inbox is read by page in the order of ids, by %s, and the device is left as it is',
  async (incomingMethod) => {
    await using it = await startGateway({ incomingMethod }, { pageSize: 2 });
    for (const text of ['un', 'deux', 'trois']) receive(it.gateway, text);
    const first = await it.poll(null);
    expect(first).toMatchObject({ serial: 'da00-0027-2100-0007', topId: 2, more: true });
    expect(first.replies.map((reply) => [reply.id, reply.port, Buffer.from(reply.body).toString()])).toEqual([
      [1, 3, 'un'],
      [2, 3, 'deux'],
    ]);
    expect((await it.poll(2)).replies).toMatchObject([{ id: 3, from: '+33612345678', precision: 'second' }]);
    // A device that answers in pages has not begun again because its first page ends early.
    expect(await it.poll(3)).toMatchObject({ replies: [], topId: 3, more: false });
    expect(await it.poll(null)).toEqual({ ...first, clock: expect.any(Date) });
    it.gateway.reset();
    for (const text of ['a', 'b', 'c']) receive(it.gateway, text);
    expect(await it.poll(10)).toMatchObject({ replies: [], topId: 3, more: false });
  },
);

test('an empty inbox, and one that began again, are told apart from one that has nothing new', async () => {
  await using it = await startGateway();
  expect(await it.poll(null)).toMatchObject({ topId: null, replies: [] });
  receive(it.gateway, 'un');
  expect(await it.poll(1)).toMatchObject({ topId: 1, replies: [] });
  it.gateway.reset();
  expect(await it.poll(1)).toMatchObject({ topId: null, replies: [] });
});

test('a poll of a gateway that fails is an error with its reason, never an empty page', async () => {
  // It does not look by itself whether the gateway is back: that call would meet the next fault.
  await using it = await startGateway({ timeoutMs: 1000, retryMinMs: 60_000, retryMaxMs: 60_000 });
  for (const [fault, reason] of [
    ['http-500', /http-500/],
    ['garbage', /unreadable/],
    [503, /error 503/],
    ['hang', /timeout/],
  ] as const) {
    it.gateway.fail(fault, 1);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await expect(it.poll(null)).rejects.toThrow(reason);
  }
});

test('results of earlier messages come by their references', async () => {
  await using it = await startGateway();
  const [result] = await submitAll(it.session, [aMessage({ port: 0 })]);
  const references = result?.outcome === 'accepted' ? result.references : [];
  const receipts = await it.session.pollReceipts?.([...references, '1']);
  expect(receipts).toMatchObject([{ reference: references[0], status: 'delivered', error: null }]);
});

const times: [string, string, string | null][] = [
  ['2026-07-14 08:00:00', 'Europe/Paris', '2026-07-14T06:00:00.000Z'],
  ['2026-12-01 08:00:00', 'Europe/Paris', '2026-12-01T07:00:00.000Z'],
  // The hour that comes twice is read as the first: a reply a little older than it is, never younger.
  ['2026-10-25 02:30:00', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25 03:00:00', 'Europe/Paris', '2026-10-25T02:00:00.000Z'],
  ['2026-10-25 01:59:59', 'Europe/Paris', '2026-10-24T23:59:59.000Z'],
  // The hour that never was.
  ['2026-03-29 02:30:00', 'Europe/Paris', '2026-03-29T01:30:00.000Z'],
  ['2026-03-29 03:00:00', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
  ['2026-11-01 01:30:00', 'America/Martinique', '2026-11-01T05:30:00.000Z'],
  ['2026-13-01 00:00:00', 'UTC', null],
  ['yesterday', 'UTC', null],
];
test.for(times)('the device’s time %s in %s is %s', ([text, zone, expected]) => {
  expect(readDeviceTime(text, zone)?.toISOString() ?? null).toBe(expected);
});

test('no number, text or password is in the session’s log', async () => {
  await using it = await startGateway();
  it.gateway.fail('http-500', 1);
  await submitAll(it.session, [aMessage({ port: 0, to: '+33698765432', text: 'un secret' })]);
  expect(it.logged.join('')).toContain('http-500');
  expect(it.logged.join('')).not.toMatch(/98765432|secret|pa:55|word/);
});

test('a session that closes waits for its call and takes no more', async () => {
  await using it = await startGateway();
  it.gateway.fail('hang', 1);
  const [result] = it.session.submit([aMessage({ port: 0 })]);
  await until(() => it.session.health().inFlight === 1);
  expect(await outcomeNow(result)).toBe('open');
  await it.session.close(50);
  expect(await result).toMatchObject({ outcome: 'unknown' });
  expect(it.session.health().state).toBe('closed');
  await expect(it.session.whenReady()).rejects.toThrow('closed');
});

test('the digest answers the example of RFC 7616 and 2617, and basic is basic', () => {
  const challenge = parseChallenge(
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  expect(challenge).toEqual({
    scheme: 'digest',
    realm: 'testrealm@host.com',
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    opaque: '5ccc069c403ebaf9f0171e9517f40e41',
    qop: 'auth',
    algorithm: 'MD5',
  });
  // Without qop the answer has no random part: RFC 2069's form of the same example.
  const old = parseChallenge('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"');
  expect(
    old && authorize(old, { username: 'Mufasa', password: 'Circle Of Life' }, { method: 'GET', uri: '/dir/index.html' }, 1),
  ).toContain('response="670fd8c2df070c60b045671b8b24ff02"');
  expect(parseChallenge('Basic realm="x"')).toEqual({ scheme: 'basic' });
  expect(parseChallenge('Negotiate')).toBeNull();
  expect(authorize({ scheme: 'basic' }, { username: 'a', password: 'b:c' }, { method: 'GET', uri: '/' }, 1)).toBe(
    'Basic YTpiOmM=',
  );
});
