import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { Problem } from '../../api/http/problem.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';
import { relay } from '../fixtures/relay.ts';

const campaign = { name: 'n', route: 'premium', sender: 'Boutique', text: 'Soldes', recipients: [{ to: '+33612000001' }] };

test('a body that is no JSON, no UTF-8, not called JSON or missing is a named problem', async () => {
  await using api = await startApi();
  await carriers(api);
  const { key } = await anAccount(api);
  const send = (raw: string | Uint8Array<ArrayBuffer>, headers = {}) => api.call('POST', '/v1/campaigns', { key, raw, headers });
  const latin1 = new Uint8Array(Buffer.from(JSON.stringify({ ...campaign, text: 'été' }), 'latin1'));
  const answers = {
    body: [await send('{"name":'), await send(latin1)],
    'content-type': [
      await send(JSON.stringify(campaign), { 'content-type': 'text/plain' }),
      await send(JSON.stringify(campaign), { 'content-type': '' }),
    ],
  };
  for (const [field, refused] of Object.entries(answers)) {
    for (const { status, body } of refused) {
      expect([status, Problem.parse(body).errors?.[0]?.field]).toEqual([400, field]);
    }
  }
  const without = await api.call('POST', '/v1/campaigns', { key });
  expect([without.status, without.body.code]).toEqual([400, 'invalid-request']);
  expect((await send('[]')).status).toBe(400);
  expect((await send('null')).status).toBe(400);
});

test('U+0000 and half a surrogate pair are refused by field and row; a whole pair is text', async () => {
  await using api = await startApi();
  await carriers(api);
  const { key } = await anAccount(api);
  const send = (text: string) => api.call('POST', '/v1/campaigns', { key, raw: text });
  const raw = (name: string, value: string) =>
    JSON.stringify({ ...campaign, name, recipients: [{ to: '+33612000001' }, { to: '+33612000002', note: 'HERE' }] }).replace(
      'HERE',
      value,
    );
  expect((await send(raw('a', String.raw`\u0000`))).body.errors).toEqual([
    { field: 'note', row: 2, code: 'nul', problem: expect.stringContaining('U+0000'), remedy: expect.any(String) },
  ]);
  expect((await send(raw('a', String.raw`x\ud83d`))).body.errors).toMatchObject([{ field: 'note', row: 2 }]);
  expect((await send(raw('a', String.raw`x\udE00y`))).body.errors).toMatchObject([{ field: 'note', row: 2 }]);
  expect((await send(raw('a\u0000', ''))).body.errors).toMatchObject([{ field: 'name' }]);
  expect((await send(raw('a', String.raw`\ud83d\ude00 \\u0000`))).status).toBe(202);
  expect((await api.call('GET', '/v1/replies?from=%00', { key })).body.errors).toMatchObject([{ field: 'query' }]);
});

test('an address that is none, an id that is none and an unknown query are named', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  expect(await shop.call('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
  expect(await api.asOperator('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
  expect(await api.call('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
  expect(await shop.call('GET', '/campaigns/1')).toMatchObject({ status: 404, body: { code: 'not-found' } });
  expect(await shop.call('GET', '/campaigns/00000000-0000-7000-8000-000000000000')).toMatchObject({ status: 404 });
  expect(await shop.call('GET', '/campaigns?lmit=3')).toMatchObject({ status: 400, body: { errors: [{ field: 'lmit' }] } });
  expect(await shop.call('GET', '/campaigns?limit=9999')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'limit', remedy: expect.stringContaining('200') }] },
  });
});

test('a cursor that is garbage, forged, or of another list or account is refused by name', async () => {
  await using api = await startApi();
  await carriers(api);
  const [one, two] = [await anAccount(api), await anAccount(api)];
  for (const shop of [one, two]) for (let count = 0; count < 2; count++) await shop.call('POST', '/campaigns', campaign);
  const { nextCursor } = (await one.call('GET', '/campaigns?limit=1')).body;
  expect((await one.call('GET', `/campaigns?limit=1&cursor=${nextCursor}`)).status).toBe(200);
  const refused = [
    await two.call('GET', `/campaigns?cursor=${nextCursor}`),
    await one.call('GET', `/replies?cursor=${nextCursor}`),
    ...(await Promise.all(
      ['x', '', '%F0%9F%98%80', 'W10', Buffer.from('["a","b"]').toString('base64url'), `${nextCursor}x`, 'A'.repeat(400)].map(
        (cursor) => one.call('GET', `/campaigns?cursor=${cursor}`),
      ),
    )),
  ];
  for (const answer of refused)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ field: 'cursor' }] } });
});

test("a caller's request id is kept when its form is plain, and every answer has one", async () => {
  await using api = await startApi();
  const own = await api.call('GET', '/v1/account', { headers: { 'x-request-id': 'order-7.retry_2' } });
  expect([own.headers.get('x-request-id'), own.body.requestId]).toEqual(['order-7.retry_2', 'order-7.retry_2']);
  for (const given of ['short', '+33612345678', '0612345678', 'with space in it', 'x'.repeat(200), '<script>alert(1)</script>']) {
    const answer = await api.call('GET', '/health', { headers: { 'x-request-id': given } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('an unforeseen error says only its request id; neither answer nor log holds its content', async () => {
  const guard = { check: () => Promise.reject(new Error('failed for "hunter2" and +33612345678 with 0612345678')) };
  await using api = await startApi({ guard });
  const shop = await anAccount(api);
  const answer = await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' });
  expect(answer.status).toBe(500);
  const { detail, ...rest } = Problem.parse(answer.body);
  expect(rest).toEqual({
    type: 'urn:aller-retour:problem:internal',
    title: expect.any(String),
    remedy: expect.any(String),
    status: 500,
    code: 'internal',
    requestId: answer.headers.get('x-request-id'),
  });
  const logged = api.lines.filter((line) => line.includes(rest.requestId)).join('');
  expect(logged).toContain('"level":50');
  for (const secret of ['hunter2', '33612345678', '0612345678'])
    expect([detail.includes(secret), logged.includes(secret)]).toEqual([false, false]);
});

test('a refused row of the database is logged by code and constraint only', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await api.db.pool.query(`alter table messages add constraint no_such_number check (to_number <> '+33612000001')`);
  const answer = await shop.call('POST', '/messages', {
    to: '+33612000001',
    route: 'premium',
    sender: 'Boutique',
    text: 'tres secret',
  });
  expect(answer.status).toBe(500);
  const logged = api.lines.join('');
  expect(logged).toContain('no_such_number');
  for (const secret of ['612000001', 'tres secret'])
    expect([answer.text.includes(secret), logged.includes(secret)]).toEqual([false, false]);
});

test('with the database out of reach the answer is 503 with a time to come back', async () => {
  await using line = relay();
  await using api = await startApi({}, { reach: line.open });
  const shop = await anAccount(api);
  expect((await shop.call('GET', '/account')).status).toBe(200);
  await line.cut();
  for (const path of ['/account', '/campaigns']) {
    const answer = await shop.call('GET', path);
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'try-later', '5']);
  }
});

test('no log line holds a number, a text, a key or a query', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await shop.call('POST', '/campaigns', {
    ...campaign,
    text: 'tres secret',
    recipients: [{ to: '+33612345678', reference: 'ref-secret' }, { to: 'bad 0698765432' }],
  });
  await shop.call('POST', '/messages', { to: '+33612345678', route: 'premium', sender: 'Boutique', text: 'tres secret' });
  await shop.call('GET', '/replies?from=%2B33612345678');
  await shop.call('GET', '/replies/+33612345678');
  const logged = api.lines.join('');
  expect(api.lines.length).toBeGreaterThan(8);
  expect(logged).toContain('"route":"/v1/replies/{id}"');
  for (const secret of [
    '612345678',
    '698765432',
    'tres secret',
    'ref-secret',
    shop.key,
    api.operatorKey,
    'secret-of-smsc',
    'from=',
  ])
    expect(logged).not.toContain(secret);
});

test('answers carry the usual security headers', async () => {
  await using api = await startApi();
  const { headers } = await api.call('GET', '/health');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('strict-transport-security')).toMatch(/max-age/);
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
});

test('over a socket: a body over the limit is a 413 problem, and the next request is answered', async () => {
  await using api = await startApi({ bodyLimitBytes: 100_000 });
  await carriers(api);
  const { key } = await anAccount(api);
  await using server = await listening(api.app.fetch);
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const large = JSON.stringify({ ...campaign, text: 'x'.repeat(5_000_000) });
  const announced = await fetch(`${server.url}/v1/campaigns`, { method: 'POST', headers, body: large });
  expect([announced.status, Problem.parse(await announced.json()).code]).toEqual([413, 'body-too-large']);
  const streamed = await fetch(`${server.url}/v1/campaigns`, {
    method: 'POST',
    headers,
    body: new Blob([large]).stream(),
    duplex: 'half',
  });
  expect([streamed.status, Problem.parse(await streamed.json()).code]).toEqual([413, 'body-too-large']);
  const fine = await fetch(`${server.url}/v1/campaigns`, { method: 'POST', headers, body: JSON.stringify(campaign) });
  expect(fine.status).toBe(202);
});

test('over a socket: a stranger is refused before the body is read', async () => {
  await using api = await startApi();
  await using server = await listening(api.app.fetch);
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST /v1/campaigns HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50000000\r\n\r\n{"name":',
  );
  const [chunk] = await once(socket, 'data');
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 401 /);
  socket.destroy();
});
