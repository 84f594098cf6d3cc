import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { aList, aListRow, draftReady } from '../fixtures/states/campaigns.ts';

test('a draft changes in place, its list looked at again; what is saved goes, what went stays', async () => {
  await using app = await startApp({ ways: {} });
  const { account } = app;
  const draft = { name: 'Rentrée', route: 'premium', withReplies: true, purpose: 'transactional', text: 'Bonjour {{prenom}}' };
  const id = textOf(await account.send('POST', '/v1/campaigns/drafts', draft), 'id');
  const path = `/v1/campaigns/${id}`;
  await fetch(`${app.url}${path}/recipients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'text/csv' },
    body: `to,prenom\n${phone(1)},Zoé\n${phone(2)},Léo\n12,Max\n`,
  });
  const ready = () =>
    until('the list is through', async () => {
      const now = await account.get(path);
      return (now['state'] === 'ready' || now['state'] === 'draft') && now;
    });
  await ready();
  const first = await account.get(`${path}/recipients`);
  // A preview of a change changes nothing; a name alone leaves the list as it is.
  const tried = await account.send('POST', `${path}/preview`, { text: 'Bonsoir {{prenom}}' });
  expect(tried).toMatchObject({ samples: [{ text: 'Bonsoir Zoé' }, { text: 'Bonsoir Léo' }] });
  expect(await account.send('PATCH', path, { name: 'Soirée' })).toMatchObject({
    state: 'ready',
    name: 'Soirée',
    text: draft.text,
  });
  expect(await account.get(`${path}/recipients`)).toEqual(first);

  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  expect(await account.send('PATCH', path, { text: 'Bonsoir {{prenom}}', sendAt })).toMatchObject({ state: 'importing', sendAt });
  expect(await ready()).toMatchObject({ state: 'ready', total: 2, text: 'Bonsoir {{prenom}}' });
  expect(await account.get(`${path}/recipients`)).toMatchObject({ listed: 3, accepted: 2, invalid: 1 });
  // A tag that the list has no column for: said, and mended by the next change.
  await account.send('PATCH', path, { text: 'Bonsoir {{nom}}' });
  expect(await ready()).toMatchObject({ state: 'draft', total: 2 });
  expect(await account.get(`${path}/recipients`)).toMatchObject({ state: 'failed', error: { field: 'text' } });
  await account.send('PATCH', path, { text: 'Bonne soirée {{prenom}}', sendAt: null });
  expect(await ready()).toMatchObject({ state: 'ready', total: 2, sendAt: null });

  await account.send('POST', `${path}/launch`, { skipInvalid: true });
  await until('both phones have it', () => app.world.phones.received.length === 2);
  expect(app.world.phones.received.map(({ text }) => text).toSorted()).toEqual(['Bonne soirée Léo', 'Bonne soirée Zoé']);
  await expect(account.send('PATCH', path, { text: 'Trop tard' })).rejects.toThrow('conflict');
  expect(await account.get(path)).toMatchObject({ text: 'Bonne soirée {{prenom}}' });
}, 60_000);

test('a draft that is changed and launched at the same moment is one of the two, as a whole', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const outcomes = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const draft = { name: 'n', route: 'premium', withReplies: true, text: 'before' };
    const { id } = (await shop.call('POST', '/campaigns/drafts', draft)).body;
    await aListRow(api.db, await aList(api.db, { accountId: shop.id, campaignId: id, listed: 1 }), { to: '+33612000001' });
    await draftReady(api.db, id);
    const change = () => shop.call('PATCH', `/campaigns/${id}`, { text: 'after' });
    const launch = () => shop.call('POST', `/campaigns/${id}/launch`, {});
    const [changed, launched] = round % 2 === 0 ? await both(change, launch) : (await both(launch, change)).toReversed();
    const now = (await shop.call('GET', `/campaigns/${id}`)).body;
    outcomes.add(`${changed?.status} ${launched?.status} ${now.state} ${now.text}`);
  }
  expect(['200 409 importing after', '409 202 launched before']).toEqual(expect.arrayContaining([...outcomes]));
});

const both = <T>(one: () => Promise<T>, other: () => Promise<T>): Promise<T[]> => Promise.all([one(), other()]);
