import { expect, test } from 'vitest';
import { createOwner, setPassword } from '../../cli/admin.ts';
import { rows } from '../../database/sql.ts';
import { textOf, type Answer } from '../../dev/seed.ts';
import { phone, sleep, startApp, until } from '../fixtures/app.ts';
import { cookieOf, invited, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { startPushService } from '../fixtures/people/push-receiver.ts';
import { allLiveIn } from '../fixtures/states/accounts.ts';

const OWNER = 'patronne@boulangerie.example';
const PATH = '/session/push-subscriptions';

test('a person’s devices are theirs, stored sealed, and no address of a private network is taken', async () => {
  await using site = await withOwner();
  await using service = await startPushService();
  const { owner, api } = site;
  const subscription = service.subscribe('phone');
  const { body: empty } = await owner('GET', PATH);
  expect(empty.items).toEqual([]);
  expect(Buffer.from(empty.publicKey, 'base64url')).toHaveLength(65);
  const { body: stored } = await owner('PUT', PATH, { ...subscription, choice: 'mine', quiet: true });
  expect(stored).toMatchObject({ choice: 'mine', quiet: true });
  // The same device again: what it chose changes.
  const { body: again } = await owner('PUT', PATH, { ...subscription, choice: 'all', quiet: false });
  expect(again).toEqual({ ...stored, choice: 'all', quiet: false });
  expect((await owner('GET', PATH)).body.items).toEqual([again]);
  const [row] = await rows<{ all: string }>(api.db.pool, 'select to_jsonb(s)::text as all from push_subscriptions s');
  expect(row?.all).not.toContain(Buffer.from(subscription.endpoint).toString('hex'));
  expect(row?.all).not.toContain(subscription.endpoint);

  const blocked = { ...subscription, endpoint: 'https://blocked.example/push', choice: 'all', quiet: false };
  expect((await owner('PUT', PATH, blocked)).body).toMatchObject({ code: 'unsafe-url', errors: [{ field: 'endpoint' }] });
  const short = { ...blocked, endpoint: 'https://push.example', keys: { ...subscription.keys, auth: 'AAAA' } };
  expect((await owner('PUT', PATH, short)).body).toMatchObject({ errors: [{ field: 'keys.auth' }] });

  const agent = await invited(site, 'agent');
  expect((await agent('GET', PATH)).body.items).toEqual([]);
  expect((await agent('DELETE', `${PATH}/${stored.id}`)).status).toBe(404);
  expect((await owner('DELETE', `${PATH}/${stored.id}`)).status).toBe(204);
  expect((await owner('GET', PATH)).body.items).toEqual([]);
});

test('a reply is told to the devices that asked, by id and count; one that is gone is forgotten', async () => {
  await using app = await startApp({ ways: {} });
  await using service = await startPushService();
  await createOwner(app.config.DATABASE_URL, OWNER, app.accountId);
  const password = await setPassword(app.config.DATABASE_URL, OWNER);
  const headers = { ...WITH_HEADER, 'content-type': 'application/json' };
  const session = { email: OWNER, password };
  const signed = await fetch(`${app.url}/v1/session`, { method: 'POST', headers, body: JSON.stringify(session) });
  const subscribe = async (device: string, choice: string, quiet = false): Promise<void> => {
    const body = JSON.stringify({ ...service.subscribe(device), choice, quiet });
    const sent = { method: 'PUT', headers: { ...headers, cookie: cookieOf(signed.headers) }, body };
    expect((await fetch(`${app.url}/v1${PATH}`, sent)).status).toBe(200);
  };
  for (const choice of ['mine', 'unassigned', 'all']) await subscribe(choice, choice);
  await subscribe('asleep', 'all', true);
  const clock = new Date().getUTCHours();
  const ahead = (23 - clock + 24) % 24;
  const zone = ahead <= 14 ? `Etc/GMT-${ahead}` : `Etc/GMT+${24 - ahead}`;
  await allLiveIn(app.db, zone);

  await app.campaign([{ to: phone(1) }, { to: phone(2) }], { purpose: 'transactional' });
  await until('the phones have it', () => app.world.phones.received.length === 2);
  const replied = async (from: string, text: string): Promise<Answer> => {
    await app.world.phones.reply(from, text);
    return until('the reply is there', async () => (await app.replies()).find((reply) => reply['text'] === text));
  };
  const told = async (count: number): Promise<[string, unknown][]> => {
    await until('the devices are told', () => service.pushed.length >= count);
    return service.pushed
      .map(({ device, text }): [string, unknown] => [device, JSON.parse(text)])
      .toSorted(([a], [b]) => a.localeCompare(b));
  };

  const first = await replied(phone(1), 'Oui, à midi');
  const id = textOf(first, 'conversationId');
  expect(await told(2)).toEqual([
    ['all', { id, unread: 1 }],
    ['unassigned', { id, unread: 1 }],
  ]);
  const [notice] = service.pushed;
  expect(notice?.headers.get('content-encoding')).toBe('aes128gcm');
  expect(notice?.headers.get('ttl')).toBe('86400');
  expect(notice?.claims).toMatchObject({ aud: service.url, sub: 'mailto:postmaster@aller-retour.example' });

  await app.account.send('PATCH', `/v1/conversations/${id}`, { assignee: OWNER });
  await sleep(5100);
  service.pushed.length = 0;
  service.answers(410);
  await replied(phone(1), 'Et demain ?');
  expect((await told(3)).map(([device]) => device)).toEqual(['all', 'mine', 'unassigned']);
  await until('what is gone is forgotten', async () => (await app.rows('select from push_subscriptions')).length === 1);
  expect(app.log.text()).not.toContain('/push/');
});
