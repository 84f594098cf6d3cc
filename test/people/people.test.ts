import { expect, test } from 'vitest';
import { changePerson, createOperator } from '../../cli/admin.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, type TestApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';
import { cookieOf, invited, OWNER, PASSWORD, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';

type Person = { id: string; email: string; role: string; joined: boolean };
const peopleOf = async (site: Awaited<ReturnType<typeof withOwner>>): Promise<Map<string, Person>> => {
  const people: Person[] = (await site.owner('GET', '/users')).body.items;
  return new Map(people.map((person) => [person.email, person]));
};
const audited = (api: TestApi) =>
  rows<{ action: string; actor: string; target: string; detail: object }>(
    api.db.pool,
    `select action, actor, target, detail from audit_log where action like 'user.%' order by id`,
  );

test('an owner removes a person: sessions end, the address is free again, the log says who', async () => {
  await using site = await withOwner();
  const agent = await invited(site, 'agent');
  expect((await agent('GET', '/conversations')).status).toBe(200);
  const people = await peopleOf(site);
  const { id = '' } = people.get('agent@boulangerie.example') ?? {};
  const owner = people.get(OWNER)?.id ?? '';
  expect((await site.owner('DELETE', `/users/${id}`)).status).toBe(204);
  expect((await agent('GET', '/conversations')).status).toBe(401);
  expect((await signIn(site.api, { email: 'agent@boulangerie.example', password: PASSWORD })).body.code).toBe('sign-in-failed');
  expect(await audited(site.api)).toContainEqual({
    action: 'user.remove',
    actor: `user ${owner}`,
    target: `user ${id}`,
    detail: { role: 'agent' },
  });
  expect((await site.owner('DELETE', `/users/${id}`)).status).toBe(404);
  await invited(site, 'agent');
});

test('the last owner stays an owner and stays, until another has joined', async () => {
  await using site = await withOwner();
  const { id = '' } = (await peopleOf(site)).get(OWNER) ?? {};
  await site.owner('POST', '/users', { email: 'second@boulangerie.example', role: 'owner' });
  for (const answer of [
    await site.owner('DELETE', `/users/${id}`),
    await site.owner('PATCH', `/users/${id}`, { role: 'viewer' }),
  ])
    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
  const second = await invited(site, 'owner');
  // Two owners who remove each other in one moment leave one.
  const other = (await peopleOf(site)).get('owner@boulangerie.example')?.id ?? '';
  const both = await Promise.all([site.owner('DELETE', `/users/${other}`), second('DELETE', `/users/${id}`)]);
  expect(both.map(({ status }) => status)).toContain(204);
  const left = await rows(site.api.db.pool, `select 1 from users where role = 'owner' and password_hash is not null`);
  expect(left).toHaveLength(1);
});

test('a role changes at once for who is signed in; a withdrawn invitation opens nothing', async () => {
  await using site = await withOwner();
  const agent = await invited(site, 'agent');
  const people = await peopleOf(site);
  const { id = '' } = people.get('agent@boulangerie.example') ?? {};
  expect((await agent('POST', '/users', { email: 'x@example.com', role: 'agent' })).status).toBe(403);
  expect((await site.owner('PATCH', `/users/${id}`, { role: 'owner' })).body.role).toBe('owner');
  expect((await agent('POST', '/users', { email: 'x@example.com', role: 'agent' })).status).toBe(201);

  const { token, id: waiting } = (await site.owner('POST', '/users', { email: 'y@example.com', role: 'viewer' })).body;
  expect((await site.owner('DELETE', `/users/${waiting}`)).status).toBe(204);
  const accepted = await site.api.call('POST', '/v1/session/invitation', {
    body: { token, password: PASSWORD },
    headers: WITH_HEADER,
  });
  expect(accepted.body.code).toBe('sign-in-failed');
});

test('sessions that are ended, and open streams with them, end within a second', async () => {
  await using site = await withOwner();
  await using server = await listening(site.api.app.fetch);
  const { id = '' } = (await peopleOf(site)).get(OWNER) ?? {};
  const { body, status } = await fetch(`${server.url}/v1/stream`, { headers: { cookie: cookieOf(site.signed.headers) } });
  expect(status).toBe(200);
  const reader = body?.getReader();
  await reader?.read();
  const began = performance.now();
  expect((await site.owner('POST', `/users/${id}/sessions/end`)).body).toEqual({ ended: 1 });
  for (let over = false; !over;) over = (await reader?.read())?.done ?? true;
  expect(performance.now() - began).toBeLessThan(1000);
  expect((await site.owner('GET', '/account')).status).toBe(401);
});

test('nobody changes people of another account; an operator and the administrator change all', async () => {
  await using site = await withOwner();
  await invited(site, 'agent');
  const { id = '' } = (await peopleOf(site)).get('agent@boulangerie.example') ?? {};
  const other = await anAccount(site.api, { name: 'Fleuriste' });
  for (const [method, path, body] of [
    ['DELETE', `/users/${id}`],
    ['PATCH', `/users/${id}`, { role: 'owner' }],
    ['POST', `/users/${id}/sessions/end`],
  ] as const)
    expect((await other.call(method, path, body)).status).toBe(404);

  expect((await site.api.asOperator('PATCH', `/users/${id}`, { role: 'viewer' })).body.role).toBe('viewer');
  expect((await site.api.asOperator('POST', `/users/${id}/sessions/end`)).body).toEqual({ ended: 1 });
  await changePerson(site.api.url, 'agent@boulangerie.example', 'agent');
  await changePerson(site.api.url, 'agent@boulangerie.example', 'remove');
  expect((await peopleOf(site)).has('agent@boulangerie.example')).toBe(false);
  await expect(changePerson(site.api.url, OWNER, 'remove')).rejects.toThrow('last owner');

  const key = await createOperator(site.api.url, 'ops@example.com');
  await changePerson(site.api.url, 'ops@example.com', 'remove');
  expect((await site.api.call('GET', '/v1/operator/accounts', { key })).status).toBe(401);
  expect((await audited(site.api)).map(({ action, actor }) => `${action} ${actor.split(' ')[0]}`)).toEqual(
    expect.arrayContaining(['user.change-role key', 'user.end-sessions key', 'user.change-role admin', 'user.remove admin']),
  );
});
