import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { carriers } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';
import { aConversation, aMessage, aReply } from '../fixtures/rows.ts';
import { invited, OWNER, PASSWORD, signIn, WITH_HEADER, withOwner, cookieOf } from '../fixtures/console/signed-in.ts';

const NUMBERS = { mine: '+33612345601', nobodys: '+33612345602', theirs: '+33612345603' };
const RESTRICTED = 'agent-restricted@boulangerie.example';

/** A restricted agent, and three conversations: theirs, nobody's, the owner's. */
async function withConversations() {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await withOwner());
  const { premiumId } = await carriers(site.api);
  const agent = await invited(site, 'agent-restricted');
  const ids = { mine: newId(), nobodys: newId(), theirs: newId() };
  for (const [name, assignee] of [
    ['mine', RESTRICTED],
    ['nobodys', null],
    ['theirs', OWNER],
  ] as const) {
    await aConversation(site.api.db, {
      id: ids[name],
      account: site.shop.id,
      phone: NUMBERS[name],
      carrierId: premiumId,
      assignee,
      unread: 1,
    });
  }
  const running = stack.move();
  return { ...site, ids, agent, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('a restricted agent sees conversations of their own or nobody’s, numbers but two masked', async () => {
  await using site = await withConversations();
  const { agent, ids, owner } = site;
  const seen = (await agent('GET', '/conversations')).body;
  expect(seen.items.map(({ id }: { id: string }) => id).toSorted()).toEqual([ids.mine, ids.nobodys].toSorted());
  expect(seen.items.map(({ phone }: { phone: string }) => phone).toSorted()).toEqual(['+•••••••••01', '+•••••••••02']);
  expect(seen.unread).toBe(2);
  expect((await owner('GET', '/conversations')).body.unread).toBe(3);
  for (const id of [ids.mine, ids.nobodys]) {
    expect((await agent('GET', `/conversations/${id}`)).body.phone).toMatch(/^\+•{9}0[12]$/);
    expect((await agent('POST', `/conversations/${id}/read`)).body.phone).toMatch(/^\+•{9}0[12]$/);
  }
  const sent = await agent('POST', `/conversations/${ids.mine}/messages`, { text: 'À samedi !' });
  expect([sent.status, sent.body.to]).toEqual([202, '+•••••••••01']);
  const taken = await agent('PATCH', `/conversations/${ids.nobodys}`, { assignee: RESTRICTED });
  expect([taken.body.assignee, taken.body.phone]).toEqual([RESTRICTED, '+•••••••••02']);
  const given = await agent('PATCH', `/conversations/${ids.nobodys}`, { assignee: OWNER });
  expect([given.body.assignee, given.body.phone]).toEqual([OWNER, '+•••••••••02']);
  expect((await agent('GET', `/conversations/${ids.nobodys}`)).status).toBe(404);
});

test('another’s conversation does not exist for a restricted agent, by any route', async () => {
  await using site = await withConversations();
  const { agent, ids, api } = site;
  for (const [method, path, body] of [
    ['GET', ''],
    ['GET', '/messages'],
    ['GET', '/notes'],
    ['POST', '/notes', { text: 'x' }],
    ['POST', '/messages', { text: 'x' }],
    ['POST', '/read'],
    ['POST', '/answering'],
    ['PATCH', '', { assignee: RESTRICTED }],
  ] as const)
    expect([path, (await agent(method, `/conversations/${ids.theirs}${path}`, body)).status]).toEqual([path, 404]);
  const [left] = await rows(api.db.pool, 'select unread, assignee from conversations where id = $1', [ids.theirs]);
  expect(left).toEqual({ unread: 1, assignee: OWNER });
  for (const path of ['/replies', '/events', '/contacts', '/campaigns', '/users', '/keys', '/replies/export.csv'])
    expect([path, (await agent('GET', path)).status]).toEqual([path, 403]);
});

test('neither search by number nor a new conversation confirms one to a restricted agent', async () => {
  await using site = await withConversations();
  const { agent, owner } = site;
  const found = async (as: typeof agent, search: string) =>
    (await as('GET', `/conversations?search=${encodeURIComponent(search)}`)).body.items.length;
  for (const search of ['0612345601', '+33612345601', '612345', '45601']) {
    expect([search, await found(agent, search)]).toEqual([search, 0]);
    expect(await found(owner, search)).toBeGreaterThan(0);
  }
  const begun = await agent('POST', '/conversations', { phone: NUMBERS.mine, text: 'x' });
  expect([begun.status, begun.body.code]).toEqual([403, 'forbidden']);
});

test('the stored answer of somebody else’s request does not show a restricted agent its number', async () => {
  await using site = await withConversations();
  const { api, ids } = site;
  const signed = async (email: string, password: string) => cookieOf((await signIn(api, { email, password })).headers);
  const send = async (email: string, password: string) =>
    api.call('POST', `/v1/conversations/${ids.mine}/messages`, {
      body: { text: 'À samedi !' },
      headers: { ...WITH_HEADER, cookie: await signed(email, password), 'idempotency-key': 'the-same' },
    });
  expect((await send(OWNER, site.password)).body.to).toBe(NUMBERS.mine);
  const again = await send(RESTRICTED, PASSWORD);
  expect([again.status, again.body.code]).toEqual([422, 'idempotency-key-reused']);
  expect(again.text).not.toContain('123456');
});

test('the stream of a restricted agent says that there is news, and not how much the account has', async () => {
  await using site = await withConversations();
  const { api } = site;
  await using server = await listening(api.app.fetch);
  const cookie = cookieOf((await signIn(api, { email: RESTRICTED, password: PASSWORD })).headers);
  const reader = (await fetch(`${server.url}/v1/stream`, { headers: { cookie } })).body?.getReader();
  const text = new TextDecoder().decode((await reader?.read())?.value);
  expect(text).toMatch(/^event: news\ndata: [\w-]{43}\nid: [\w-]{43}$/m);
  await reader?.cancel();
});

test('a number in a text is masked for a restricted agent, in any form, and not found by search', async () => {
  await using site = await withConversations();
  const { agent, ids, owner, api, shop } = site;
  const phone = NUMBERS.mine;
  const written = ['+33612345601', '06 12 34 56 01', '0033.6.12.34.56.01', '06-12-34-56-01', '(0)612345601', '01 42 68 53 00'];
  const text = `${'Bonjour, '.repeat(12)}${written.join(' ; ')} ; facture 20241231001, 15 pains, 12:30`;
  await aReply(api.db, { accountId: shop.id, conversationId: ids.mine, fromNumber: phone, text, replyCode: '36200' });
  await aMessage(api.db, { accountId: shop.id, conversationId: ids.mine, toNumber: phone, text, reference: phone });
  await owner('POST', `/conversations/${ids.mine}/notes`, { text });
  await owner('PUT', '/contacts', { phone, lastName: 'M. 0612345601' });
  const shows = async (as: typeof agent) => {
    const answers = await Promise.all(
      ['', `/${ids.mine}`, `/${ids.mine}/messages`, `/${ids.mine}/notes`].map((path) => as('GET', `/conversations${path}`)),
    );
    return answers.map(({ status, text: shown }) => ({ status, digits: shown.replaceAll(/[ .-]/g, '') }));
  };
  for (const { status, digits } of await shows(agent)) {
    expect(status).toBe(200);
    for (const part of ['612345601', '142685300', '3456']) expect(digits).not.toContain(part);
  }
  for (const { digits } of (await shows(owner)).slice(1)) expect(digits).toContain('612345601');
  const { items } = (await agent('GET', `/conversations/${ids.mine}/messages`)).body;
  expect(items).toHaveLength(2);
  for (const entry of items)
    expect(entry.text).toMatch(/01 ; facture 20241231001, 15 pains, 12:30$|00 ; facture 20241231001, 15 pains, 12:30$/);
  for (const search of ['0612345601', '06123', 'facture 0612345601'])
    expect((await agent('GET', `/conversations?search=${encodeURIComponent(search)}`)).body.items).toEqual([]);
  expect((await agent('GET', '/conversations?search=facture')).body.items).toHaveLength(1);
});
