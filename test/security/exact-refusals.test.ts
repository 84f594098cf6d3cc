import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { registry } from '../../carriers/registry.ts';
import { newId } from '../../database/ids.ts';
import { anAccount, carriers, freeNumbers, startApi } from '../fixtures/api.ts';
import { invited, OWNER, PASSWORD, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { addressChanged } from '../fixtures/states/people.ts';

test('inviting somebody of another account looks like any invitation; its link opens nothing', async () => {
  await using site = await withOwner();
  const other = await anAccount(site.api);
  const invite = (email: string) => other.call('POST', '/users', { email, role: 'agent' });
  const [taken, free] = [await invite(OWNER), await invite('nobody@example.com')];
  const shape = ({ status, body }: typeof taken, email: string) => ({
    status,
    keys: Object.keys(body).toSorted(),
    ...body,
    email: email === body.email,
    id: '',
    token: '',
    createdAt: '',
  });
  expect(shape(taken, OWNER)).toEqual(shape(free, 'nobody@example.com'));
  const again = await invite(OWNER);
  expect([again.status, again.body.id]).toEqual([201, taken.body.id]);
  const { items } = (await other.call('GET', '/users')).body;
  expect(items.map(({ email, joined }: { email: string; joined: boolean }) => [email, joined])).toEqual([
    [OWNER, false],
    ['nobody@example.com', false],
  ]);
  const accepted = await site.api.call('POST', '/v1/session/invitation', {
    body: { token: again.body.token, password: PASSWORD },
    headers: WITH_HEADER,
  });
  expect(accepted).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
  // The account's own people are no secret to it.
  await invited(site, 'agent');
  expect((await site.owner('POST', '/users', { email: 'agent@boulangerie.example', role: 'agent' })).body.code).toBe('conflict');
  // Once the address is free, the same invitation is a real one.
  await addressChanged(site.api.db, OWNER, 'gone@example.com');
  const real = await invite(OWNER);
  expect(real.status).toBe(201);
  expect((await other.call('GET', '/users')).body.items).toHaveLength(2);
  const joined = await site.api.call('POST', '/v1/session/invitation', {
    body: { token: real.body.token, password: PASSWORD },
    headers: WITH_HEADER,
  });
  expect(joined.status).toBe(200);
});

test('a keyword rule takes the account’s own code or number alone; another’s is as good as none', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  await freeNumbers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  for (const [number, account] of [
    ['+33644700001', shop.id],
    ['+33644700002', other.id],
  ])
    await api.asOperator('POST', '/numbers', { number, kind: 'virtual', carrier: premiumId, country: 'FR', account });
  const rule = (word: string, number: string) =>
    shop.call('POST', '/keyword-rules', { word, number, actions: [{ do: 'tag', tag: 'x' }] });
  expect((await rule('un', '36200')).status).toBe(201);
  const own = await rule('deux', '+33644700001');
  expect(own.status).toBe(201);
  const [foreign, none] = [await rule('trois', '+33644700002'), await rule('trois', '+33644799999')];
  expect(foreign).toMatchObject({ status: 400, body: { errors: [{ field: 'number', code: 'number-not-yours' }] } });
  expect({ ...foreign.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
  const changed = await shop.call('PUT', `/keyword-rules/${own.body.id}`, {
    word: 'deux',
    number: '+33644700002',
    actions: [{ do: 'tag', tag: 'x' }],
  });
  expect(changed.status).toBe(400);
});

test("a campaign's callback URL is refused by its preview as by its creation", async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const campaign = { name: 'n', route: 'premium', sender: 'Boutique', text: 'x', recipients: [{ to: '+33612000009' }] };
  for (const path of ['/campaigns/preview', '/campaigns', '/campaigns/drafts']) {
    const { recipients: _, ...draft } = campaign;
    const body = { ...(path.endsWith('drafts') ? draft : campaign), callbackUrl: 'https://blocked.example/in' };
    expect([path, (await shop.call('POST', path, body)).body.code]).toEqual([path, 'unsafe-url']);
  }
});

test('a carrier’s header whose value holds a control character is refused by name', async () => {
  await using api = await startApi({ registry });
  const settings = { url: 'https://sms.example.com/send', body: { to: '{{to}}', text: '{{text}}' }, answer: { reference: 'id' } };
  const make = (value: string) =>
    api.asOperator('POST', '/carriers', {
      name: `c${newId().slice(-8)}`,
      type: 'http',
      settings: { ...settings, headers: { 'X-Own': value } },
    });
  for (const value of ['a\r\nX-Injected: 1', 'a\nb', 'a\rb', 'a\u0000b', 'a\u007fb']) {
    const refused = await make(value);
    expect([refused.status, JSON.stringify(refused.body.errors)]).toEqual([400, expect.stringMatching(/header-value|nul/)]);
  }
});

test('an address that does not exist is 404 to everybody who is let in, and in the console', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  try {
    await using api = await startApi({ consoleFolder: folder });
    const shop = await anAccount(api);
    const { key } = (await shop.call('POST', '/keys', { name: 'narrow', scopes: ['send'] })).body;
    for (const path of ['/v1/nothing', '/v1/keys/x/y/z'])
      for (const caller of [shop.key, key])
        expect([path, (await api.call('GET', path, { key: caller })).status]).toEqual([path, 404]);
    expect((await api.asOperator('GET', '/nothing')).status).toBe(404);
    for (const path of ['/wp-login.php', '/.env', '/admin', '/chatter'])
      expect([path, (await api.call('GET', path)).status]).toEqual([path, 404]);
    const source = await readFile(new URL('../../console/routes.tsx', import.meta.url), 'utf8');
    const pages = [...source.matchAll(/(?:[pP]age\(\s*root,\s+|\(\) => root,\s+path: )'(\/[\w/-]*)'/g)].map(
      ([, path = '']) => path,
    );
    expect(pages.length).toBeGreaterThan(12);
    for (const path of pages.filter((each) => each !== '/parts'))
      expect([path, (await api.call('GET', path)).status]).toEqual([path, 200]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
