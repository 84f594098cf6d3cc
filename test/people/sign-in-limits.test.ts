import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createClientAddress } from '../../api/http/network-address.ts';
import { createOwner, setPassword } from '../../cli/admin.ts';
import { anAccount, startApi, type TestApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';
import { cookieOf, OWNER, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';

test.each([
  ['no proxy is trusted', [], '203.0.113.9', '127.0.0.1'],
  ['a proxy says who asks', ['127.0.0.0/8'], '203.0.113.9', '203.0.113.9'],
  ['what the caller wrote himself stands left', ['127.0.0.0/8'], '198.51.100.7, 203.0.113.9', '203.0.113.9'],
  ['two proxies', ['127.0.0.0/8', '10.0.0.0/8'], '198.51.100.7, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
  ['no header', ['127.0.0.0/8'], undefined, '127.0.0.1'],
  ['a header that is not an address', ['127.0.0.0/8'], 'unknown', '127.0.0.1'],
  ['IPv6 counts by its /64', ['127.0.0.0/8'], '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
])('who asks, when %s', async (_, trusted, forwarded, address) => {
  const addressOf = createClientAddress(trusted);
  await using server = await listening(new Hono().get('/', (c) => c.text(addressOf(c))).fetch);
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(await (await fetch(server.url, { headers })).text()).toBe(address);
});

/** One after the other, from one network address behind the proxy of this machine. */
async function tries(url: string, from: string, body: object, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': from, ...WITH_HEADER };
    statuses.push((await fetch(`${url}/v1/session`, { method: 'POST', headers, body: JSON.stringify(body) })).status);
  }
  return statuses;
}
const withPerson = async (api: TestApi) => {
  await createOwner(api.url, OWNER, (await anAccount(api)).id);
  return { email: OWNER, password: await setPassword(api.url, OWNER) };
};

test('a hundred failures from one address lock it out, and nobody else behind the proxy', async () => {
  await using api = await startApi({ trustedProxies: ['127.0.0.0/8'] });
  const person = await withPerson(api);
  await using server = await listening(api.app.fetch);
  const guesses = await Promise.all(
    Array.from({ length: 110 }, (_, n) => tries(server.url, '203.0.113.9', { email: `x${n}@example.com`, password: 'y' }, 1)),
  );
  expect(guesses.flat().filter((status) => status === 429)).toHaveLength(10);
  expect(await tries(server.url, '203.0.113.9', person, 1)).toEqual([429]);
  expect(await tries(server.url, '198.51.100.7', person, 1)).toEqual([200]);
}, 60_000);

test('only failures count: a shop of many tills signs in all day by one address', async () => {
  await using api = await startApi({ trustedProxies: ['127.0.0.0/8'] });
  const person = await withPerson(api);
  await using server = await listening(api.app.fetch);
  const statuses = await tries(server.url, '203.0.113.9', person, 105);
  expect(new Set(statuses)).toEqual(new Set([200]));
}, 60_000);

test('a stranger’s ten wrong passwords do not lock out who is right on a known device', async () => {
  await using site = await withOwner();
  const { api, password, signed } = site;
  const device = signed.headers.getSetCookie().find((cookie) => cookie.startsWith('aller_retour_device=')) ?? '';
  expect(device).toMatch(/HttpOnly; SameSite=Lax$/);
  expect(device).not.toContain('patronne');
  for (let n = 0; n < 11; n++) await signIn(api, { email: OWNER, password: 'wrong' });
  expect((await signIn(api, { email: OWNER, password })).status).toBe(429);
  const known = (body: object) =>
    api.call('POST', '/v1/session', { body, headers: { ...WITH_HEADER, cookie: device.split(';')[0] ?? '' } });
  expect((await known({ email: OWNER, password })).status).toBe(200);
  // The cookie opens nothing: with it too the password is asked for, and the eleventh guess waits.
  const guesses = await Promise.all(Array.from({ length: 11 }, () => known({ email: OWNER, password: 'wrong' })));
  expect(guesses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array(10).fill(401), 429]);
  // It is this user's device, and nobody else's.
  expect((await known({ email: 'other@example.com', password: 'wrong' })).status).toBe(401);
  expect(cookieOf(signed.headers)).toMatch(/^aller_retour=/);
});
