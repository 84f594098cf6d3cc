import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';

const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();
const HOUR_MS = 3_600_000;
const checked = ({ account }: App, id: string) =>
  until('its list is through', async () => {
    const now = await account.get(`/v1/campaigns/${id}`);
    return now['state'] !== 'importing' && now;
  });
const texts = ({ world }: App) => world.phones.received.map(({ to, text }) => `${to} ${text}`).toSorted();

test('a campaign is written again to who did not answer or was not reached, never to opt-outs', async () => {
  await using app = await startApp({ ways: {} });
  const { account, world } = app;
  const people = ['Ana', 'Bob', 'Cléo', 'Dan'].map((prenom, index) => ({ to: phone(index), prenom }));
  const fields = { purpose: 'transactional', text: 'Bonjour {{prenom}}', keepRows: true };
  const { id } = await app.ended(await app.campaign(people, fields));
  await world.phones.reply(phone(0), 'Oui');
  await until('the reply is there', async () => (await app.replies()).length === 1);
  await account.send('POST', '/v1/opt-outs/import', { entries: [phone(2)] });

  const again = `/v1/campaigns/${String(id)}/again`;
  const draft = textOf(await account.send('POST', again, { to: 'not-answered', name: 'Relance' }), 'id');
  expect(await checked(app, draft)).toMatchObject({ state: 'ready', name: 'Relance', total: 2, replaces: null });
  await account.send('PATCH', `/v1/campaigns/${draft}`, { text: 'Encore un mot, {{prenom}} ?' });
  await checked(app, draft);
  await app.ended(await account.send('POST', `/v1/campaigns/${draft}/launch`, {}));
  expect(texts(app).filter((text) => text.includes('Encore'))).toEqual([
    `${phone(1)} Encore un mot, Bob ?`,
    `${phone(3)} Encore un mot, Dan ?`,
  ]);
  await expect(account.send('POST', again, { to: 'not-reached' })).rejects.toThrow('invalid-list');

  // Whose rows were not kept: what the contacts say of them.
  await account.send('PUT', '/v1/contacts', { phone: phone(1), firstName: 'Bob' });
  const planned = await app.campaign(people, { text: 'Bonjour', sendAt: soon(HOUR_MS) });
  await account.send('POST', `/v1/campaigns/${String(planned['id'])}/cancel`);
  await app.ended(planned);
  const other = textOf(await account.send('POST', `/v1/campaigns/${String(planned['id'])}/again`, { to: 'not-reached' }), 'id');
  expect(await checked(app, other)).toMatchObject({ state: 'ready', total: 3, sendAt: null });
  expect(await account.get(`/v1/campaigns/${other}/recipients`)).toMatchObject({
    columns: expect.arrayContaining(['firstName']),
  });
}, 90_000);

test('a scheduled campaign stays as it is while it is changed, and goes once, old or new', async () => {
  await using app = await startApp({ ways: {} });
  const { account } = app;
  const people = [{ to: phone(1) }, { to: phone(2) }];
  const fields = { purpose: 'transactional', text: 'Avant' };
  const sendAt = soon(HOUR_MS);
  const before = textOf(await app.campaign(people, { ...fields, sendAt }), 'id');
  const draft = textOf(await account.send('POST', `/v1/campaigns/${before}/again`, { to: 'all', replace: true }), 'id');
  expect(await checked(app, draft)).toMatchObject({ state: 'ready', replaces: before, sendAt, total: 2 });
  expect(await account.get(`/v1/campaigns/${before}`)).toMatchObject({ state: 'launched', sendAt });
  await account.send('PATCH', `/v1/campaigns/${draft}`, { text: 'Après' });
  await checked(app, draft);
  await account.send('POST', `/v1/campaigns/${draft}/launch`, { sendAt: soon(0) });
  await app.ended({ id: draft });
  expect(await app.ended({ id: before })).toMatchObject({ state: 'cancelled', progress: { skipped: 2 } });
  expect(texts(app)).toEqual([`${phone(1)} Après`, `${phone(2)} Après`]);

  // One that has begun meanwhile went as it was: nothing goes in its place.
  const going = textOf(await app.campaign(people, { ...fields, text: 'Parti', sendAt: soon(3000) }), 'id');
  const late = textOf(await account.send('POST', `/v1/campaigns/${going}/again`, { to: 'all', replace: true }), 'id');
  await checked(app, late);
  await app.ended({ id: going });
  await expect(account.send('POST', `/v1/campaigns/${late}/launch`, { sendAt: soon(0) })).rejects.toThrow('conflict');
  expect(await account.get(`/v1/campaigns/${late}`)).toMatchObject({ state: 'ready' });
  await expect(account.send('POST', `/v1/campaigns/${going}/again`, { to: 'all', replace: true })).rejects.toThrow('conflict');
  expect(texts(app).filter((text) => text.endsWith('Parti'))).toHaveLength(2);
}, 90_000);

test('a campaign that is moved as its time comes has gone, or goes at its new time: never both', async () => {
  await using app = await startApp({ ways: {} });
  const { account } = app;
  const later = soon(HOUR_MS);
  const ids = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const fields = { purpose: 'transactional', text: `Numéro ${index}`, sendAt: soon(2 * HOUR_MS) };
      return textOf(await app.campaign([{ to: phone(index) }], fields), 'id');
    }),
  );
  const comes = Date.now() + 4000;
  for (const id of ids) await account.send('POST', `/v1/campaigns/${id}/reschedule`, { sendAt: new Date(comes).toISOString() });
  const moved = await Promise.all(
    ids.map(async (id, index) => {
      await new Promise((done) => setTimeout(done, comes - Date.now() + (index - 6) * 60));
      return account.send('POST', `/v1/campaigns/${id}/reschedule`, { sendAt: later }).then(
        () => true,
        () => false,
      );
    }),
  );
  expect(new Set(moved)).toEqual(new Set([true, false]));
  for (const [index, id] of ids.entries()) {
    const now = moved[index] ? await account.get(`/v1/campaigns/${id}`) : await app.ended({ id });
    expect(now).toMatchObject(moved[index] ? { state: 'launched', sendAt: later } : { state: 'completed' });
  }
  const gone = ids.flatMap((_, index) => (moved[index] ? [] : [`${phone(index)} Numéro ${index}`]));
  expect(texts(app)).toEqual(gone.toSorted());
  // Moved once more, to now: it goes.
  const first = moved.indexOf(true);
  await account.send('POST', `/v1/campaigns/${ids[first]}/reschedule`, { sendAt: soon(0) });
  expect(await app.ended({ id: ids[first] })).toMatchObject({ state: 'completed' });
}, 90_000);
