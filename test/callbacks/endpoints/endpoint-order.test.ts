import { expect, test } from 'vitest';
import { itemsOf, textOf } from '../../../dev/seed.ts';
import { healthOf, hurry, PATIENT, states } from '../../fixtures/endpoints.ts';
import { phone, startApp, until, type App } from '../../fixtures/app.ts';
import { askedAgain, endpointTime, overdueInOrder } from '../../fixtures/states/callbacks.ts';
import { timePasses } from '../../fixtures/states/time.ts';

type Options = NonNullable<Parameters<typeof startApp>[0]>;

/** Its endpoint wants strict order, and so many phones have a message. */
async function ordered(phones: number, options: Options) {
  const app = await startApp({ ways: { callback: true }, sweepEveryMs: 1000, ...options });
  await app.account.send('PATCH', `/v1/callback-endpoints/${app.callback?.id}`, { ordered: true });
  await app.campaign(Array.from({ length: phones }, (_, index) => ({ to: phone(index) })));
  await until('all phones have it', () => app.world.phones.received.length === phones);
  return app;
}

/** Replies one after the other, each filed before the next. */
async function say(app: App, index: number, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    const [{ count } = { count: 0 }] = await app.rows<{ count: number }>('select count(*)::int as count from events');
    await app.world.phones.reply(phone(index), text);
    await until('it is filed', async () => (await app.rows('select from events')).length > count);
  }
}

const texts = (app: App, name = 'hook'): string[] =>
  app.world.endpoint.calls.filter((call) => call.name === name).map((call) => JSON.parse(call.body).data.reply.text);

test('with strict order a later reply waits for the earlier one, and other conversations do not', async () => {
  await using app = await ordered(2, { callbackSchedule: [0, 600_000] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500, times: 1 });
  await say(app, 0, 'UN');
  await until('it is to be tried again', async () => (await states(app))['retrying'] === 1);
  await say(app, 0, 'DEUX', 'TROIS');
  await say(app, 1, 'AUTRE');
  await until('the other conversation’s is delivered', async () => (await states(app))['delivered'] === 1);
  await until('the later ones wait', async () => (await states(app))['held order'] === 2);
  expect(texts(app)).toEqual(['UN', 'AUTRE']);
  await timePasses(app.db, '1 day', { deliveries: ['next_at'] }, { state: 'retrying' });
  await until('all are delivered', async () => (await states(app))['delivered'] === 4);
  expect(texts(app)).toEqual(['UN', 'AUTRE', 'UN', 'DEUX', 'TROIS']);
  expect(app.world.endpoint.calls.some((call) => 'x-order' in call.headers)).toBe(false);
});

test('after 15 healthy minutes a later reply goes on, marked as such; held time does not count', async () => {
  await using app = await ordered(1, { callbackSchedule: [0, 600_000] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500, times: 1 });
  await say(app, 0, 'UN', 'DEUX');
  await until('the first failed', async () => (await states(app))['retrying'] === 1);
  await until('the second waits', async () => (await states(app))['held order'] === 1);
  const overdue = () => overdueInOrder(app.db);
  // The endpoint was not healthy all that time.
  await endpointTime(app.db, app.callback?.id ?? '', 'since', Date.now());
  await overdue();
  await until(
    'it waits on',
    async () => (await app.rows(`select from deliveries where next_at > now() + interval '14 minutes'`))[0],
  );
  expect(texts(app)).toEqual(['UN']);

  await endpointTime(app.db, app.callback?.id ?? '', 'since', 0);
  await overdue();
  await until('it goes on', async () => (await states(app))['delivered'] === 1);
  const late = app.world.endpoint.calls.at(-1);
  expect([texts(app), late?.headers['x-order'], late?.verified]).toEqual([['UN', 'DEUX'], 'late', true]);
  const delivered = itemsOf(await app.account.get('/v1/deliveries?state=delivered'));
  const attempts = await app.account.get(`/v1/deliveries/${textOf(delivered[0] ?? {}, 'id')}/attempts`);
  expect(itemsOf(attempts)).toEqual([expect.objectContaining({ outOfOrder: true })]);
});

test('order holds through an endpoint that opens and recovers, and through its second address', async () => {
  await using app = await ordered(6, { callbackSchedule: PATIENT });
  const id = app.callback?.id ?? '';
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500 });
  for (const index of [0, 1, 2, 3, 4, 5]) await say(app, index, `UN ${index}`);
  await until('it is open', async () => (await healthOf(app, id)) === 'open');
  for (const index of [0, 1, 2, 3, 4, 5]) await say(app, index, `DEUX ${index}`);
  const failed = app.world.endpoint.calls.length;
  // The first address is gone meanwhile: what is owed goes to the second.
  await app.account.send('PATCH', `/v1/callback-endpoints/${id}`, {
    url: 'http://127.0.0.1:1/hook',
    fallbackUrl: `${app.world.endpoint.url}/hook/second`,
  });
  // A drain that began before the change may take its 30 s.
  await until(
    'all are delivered',
    async () => {
      await hurry(app, id);
      return (await states(app))['delivered'] === 12;
    },
    60_000,
  );
  const taken = texts(app, 'second');
  expect(app.world.endpoint.calls).toHaveLength(failed + 12);
  for (const index of [0, 1, 2, 3, 4, 5]) expect(taken.indexOf(`UN ${index}`)).toBeLessThan(taken.indexOf(`DEUX ${index}`));
}, 90_000);

test('what is sent anew holds back nothing that is new', async () => {
  await using app = await ordered(1, { callbackSchedule: [0] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500, times: 2 });
  await say(app, 0, 'UN');
  await until('it is used up', async () => (await states(app))['exhausted'] === 1);
  const [old] = itemsOf(await app.account.get('/v1/deliveries'));
  await app.account.send('POST', `/v1/deliveries/${textOf(old ?? {}, 'id')}/retry`, {});
  await until('it was sent anew', () => texts(app).length === 2);
  await until('that is over', async () => (await states(app))['exhausted'] === 1);
  // As if it were asked for once more and had not had its turn yet.
  await askedAgain(app.db);
  await say(app, 0, 'DEUX');
  await until('the new one is delivered', async () => (await states(app))['delivered'] === 1);
  expect(texts(app)).toEqual(['UN', 'UN', 'DEUX']);
});
