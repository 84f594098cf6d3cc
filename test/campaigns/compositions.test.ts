import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

test('what is written of a campaign is kept, right or wrong, one a draft, erased with a number', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const form = { composed: { text: '', keyword: 'two words', sendAt: 'never' } };
  const recipients = 'prenom;mobile\nZoé;06 12 00 00 01\nLéo;+33612000002';
  const begun = await shop.call('POST', '/compositions', { name: '', form, recipients });
  expect([begun.status, begun.body.campaignId]).toEqual([201, null]);
  const path = `/compositions/${begun.body.id}`;
  await shop.call('PUT', path, { name: 'Rentrée', form: { ...form, step: 'options' } });
  expect((await shop.call('GET', path)).body).toMatchObject({ name: 'Rentrée', form: { ...form, step: 'options' }, recipients });
  expect((await shop.call('GET', '/compositions')).body.items).toMatchObject([{ id: begun.body.id, name: 'Rentrée' }]);

  const draft = { name: 'n', route: 'premium', withReplies: true, text: 'x' };
  const { id: campaign } = (await shop.call('POST', '/campaigns/drafts', draft)).body;
  const first = (await shop.call('POST', '/compositions', { campaign, name: 'a', form: {} })).body;
  const second = (await shop.call('POST', '/compositions', { campaign, name: 'b', form: {} })).body;
  expect([second.id, second.name]).toEqual([first.id, 'b']);
  expect((await shop.call('GET', `/compositions?campaign=${campaign}`)).body.items).toMatchObject([{ name: 'b' }]);
  expect((await shop.call('GET', '/compositions')).body.items).toHaveLength(1);
  const other = await anAccount(api);
  expect((await other.call('POST', '/compositions', { campaign, name: 'c', form: {} })).status).toBe(404);

  const squeezed = (
    await shop.call('POST', '/compositions', { name: 'z', form, recipients: 'data:application/gzip;base64,H4sI' })
  ).body;

  await shop.call('POST', '/contacts/erase', { phone: '+33612000001' });
  expect((await shop.call('GET', path)).body.recipients).toBe('prenom;mobile\nLéo;+33612000002');
  expect((await shop.call('GET', `/compositions/${squeezed.id}`)).body.recipients).toBe(null);
  expect((await shop.call('DELETE', path)).status).toBe(204);
  expect((await shop.call('GET', path)).status).toBe(404);
});
