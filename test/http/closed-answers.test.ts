import { TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { startApi } from '../fixtures/api.ts';
import { cookieOf, OWNER, PASSWORD, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { listening } from '../fixtures/listening.ts';

test('every answer keeps browsers on https for a year and is closed to every other site', async () => {
  await using api = await startApi();
  for (const path of ['/v1/account', '/v1/none', '/health', '/openapi.json', '/none']) {
    const { headers } = await api.call('GET', path, { headers: { origin: 'https://elsewhere.example' } });
    expect([path, headers.get('strict-transport-security')]).toEqual([path, 'max-age=31536000; includeSubDomains']);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(headers.get('content-type')).toMatch(/^(?:application\/(?:problem\+)?json|text\/plain; charset=UTF-8)/);
  }
});

test('TRACE is answered by no route', async () => {
  await using api = await startApi();
  await using server = await listening(api.app.fetch);
  const { connect } = await import('node:net');
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write('TRACE / HTTP/1.1\r\nHost: x\r\nX-Secret: 1\r\nConnection: close\r\n\r\n'),
    );
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
  expect(answer).not.toContain('X-Secret');
});

test('a password is 200 characters of any kind, taken as it is; another case does not open', async () => {
  await using site = await withOwner();
  const long = 'correct cheval batterie 電池 '.repeat(8).slice(0, 200).padEnd(200, 'z');
  expect((await site.owner('PUT', '/session/password', { current: site.password, password: long })).status).toBe(200);
  expect((await signIn(site.api, { email: OWNER, password: long })).status).toBe(200);
  for (const other of [long.toUpperCase(), long.slice(0, 199), long.trimEnd().slice(0, 72)])
    expect((await signIn(site.api, { email: OWNER, password: other })).status).toBe(401);
});

test('sign-ins, refusals and ends of sessions are in the audit log, without an address', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const { secret } = (await owner('POST', '/session/totp')).body;
  await owner('PUT', '/session/totp', { code: new TOTP({ secret }).generate() });
  await signIn(api, { email: OWNER, password: PASSWORD });
  await signIn(api, { email: 'nobody@example.com', password: PASSWORD });
  await signIn(api, { email: OWNER, password, code: '000000' });
  await owner('DELETE', '/session');
  const noted = await rows<{ action: string; target: string; why: string | null }>(
    api.db.pool,
    `select action, target, detail->>'why' as why from audit_log where action like 'session.%' or action like 'user.auth%' order by id`,
  );
  const who = `user ${site.signed.body.user.id}`;
  expect(noted).toEqual([
    { action: 'session.open', target: who, why: null },
    { action: 'user.authenticator-added', target: who, why: null },
    { action: 'session.refused', target: who, why: 'password' },
    { action: 'session.refused', target: 'user unknown', why: 'password' },
    { action: 'session.refused', target: who, why: 'code-used' },
    { action: 'session.end', target: who, why: null },
  ]);
  const [whole] = await rows<{ text: string }>(api.db.pool, `select string_agg(a::text, ' ') as text from audit_log a`);
  expect(whole?.text).not.toContain('@');
});

test('what is sent under a name of the language itself is refused, or kept as plain data', async () => {
  await using site = await withOwner();
  const raw = '{"name":"n","__proto__":{"role":"owner"},"constructor":{"prototype":{"isAdmin":true}}}';
  const headers = { cookie: cookieOf(site.signed.headers), ...WITH_HEADER };
  const { status, body } = await site.api.call('POST', '/v1/keys', { raw, headers });
  expect([status, body.code]).toEqual([400, 'invalid-request']);
  expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
});
