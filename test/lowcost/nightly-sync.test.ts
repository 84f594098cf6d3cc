import { expect, test } from 'vitest';
import { textOf, type Answer } from '../../dev/seed.ts';
import { phone, SIMS, startApp, until, type App } from '../fixtures/app.ts';

const HOUR = 3_600_000;
const SIM = SIMS[0]?.number ?? '';

/** A sync of the gateway with a clock of its own, to its end. */
async function sync(app: App, now: Date): Promise<Answer> {
  const asked = await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, { now: now.toISOString() });
  return until('the sync has ended', async () => {
    const run = await app.operator.get(`/v1/operator/sync-runs/${textOf(asked, 'id')}`);
    return run['endedAt'] !== null && run;
  });
}
const texts = async (app: App) =>
  (await app.rows<{ text: string }>(`select text from replies where released_at is not null order by received_at`)).map(
    (row) => row.text,
  );
const receive = (app: App, text: string) => app.world.gateway.receive({ from: phone(1), to: SIM, text });

test('a lowcost reply comes home the next night: 5 h 59 stays, 6 h 00 comes, everywhere and once', async () => {
  await using app = await startApp();
  await app.campaign([{ to: phone(1) }], { route: 'lowcost', withReplies: false });
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  expect(SIMS.map((sim) => sim.number)).toContain(sms.from);
  const at = app.world.gateway.now();
  at.setMilliseconds(0);
  await app.world.phones.reply(phone(1), 'OUI');

  expect(await sync(app, new Date(at.getTime() + 6 * HOUR - 60_000))).toMatchObject({ state: 'done', read: 1, new: 0, young: 1 });
  expect(await app.replies()).toEqual([]);
  expect(await sync(app, new Date(at.getTime() + 6 * HOUR + 2000))).toMatchObject({ state: 'done', new: 1 });
  const call = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  await until('the mailbox has it', () => app.world.mailbox.mails[0]);
  expect(JSON.parse(call.body)).toMatchObject({
    data: { reply: { from: phone(1), to: sms.from, text: 'OUI' }, attribution: { method: 'reply-code' } },
  });

  expect(await sync(app, new Date(at.getTime() + 30 * HOUR))).toMatchObject({ state: 'done', new: 0 });
  expect(await app.replies()).toHaveLength(1);
  expect(app.world.endpoint.calls).toHaveLength(1);
});

test('a young reply between old ones comes the next night; none comes twice and none is missed', async () => {
  await using app = await startApp({ ways: {} });
  const { gateway } = app.world;
  receive(app, 'old');
  gateway.advanceClock(2 * HOUR);
  receive(app, 'young');
  gateway.advanceClock(-3 * HOUR); // A device whose clock was set back.
  receive(app, 'old behind young');
  const start = Date.now();
  expect(await sync(app, new Date(start + 6 * HOUR + 5000))).toMatchObject({ read: 3, new: 2, young: 1 });
  expect(await texts(app)).toEqual(['old behind young', 'old']);
  expect(await sync(app, new Date(start + 9 * HOUR))).toMatchObject({ new: 1 });
  expect(await texts(app)).toEqual(['old behind young', 'old', 'young']);
  expect(await sync(app, new Date(start + 10 * HOUR))).toMatchObject({ new: 0, young: 0 });
});

test('a missed night is caught up by the next one', async () => {
  await using app = await startApp({ ways: {} });
  app.log.expect(/./);
  const { gateway } = app.world;
  receive(app, 'first night');
  gateway.advanceClock(24 * HOUR);
  receive(app, 'second night');
  expect(await sync(app, new Date(Date.now() + 31 * HOUR))).toMatchObject({ state: 'done', new: 2 });
  expect(await texts(app)).toEqual(['first night', 'second night']);
});

test('a device that was reset begins its ids again: nothing is missed or taken for a copy', async () => {
  await using app = await startApp({ ways: {} });
  const { gateway } = app.world;
  for (const text of ['one', 'two', 'three']) receive(app, text);
  expect(await sync(app, new Date(Date.now() + 7 * HOUR))).toMatchObject({ new: 3 });
  gateway.reset();
  receive(app, 'after the reset');
  expect(await sync(app, new Date(Date.now() + 8 * HOUR))).toMatchObject({ new: 1 });
  expect(await texts(app)).toHaveLength(4);
});

test('a device that was reset and has filled up past the cursor is told by what its ids hold now', async () => {
  await using app = await startApp({ ways: {} });
  const { gateway } = app.world;
  for (const text of ['one', 'two', 'three']) receive(app, text);
  expect(await sync(app, new Date(Date.now() + 7 * HOUR))).toMatchObject({ new: 3 });
  gateway.reset();
  for (const text of ['uno', 'due', 'tre', 'quattro']) receive(app, text);
  expect(await sync(app, new Date(Date.now() + 8 * HOUR))).toMatchObject({ new: 4 });
  expect(await texts(app)).toHaveLength(7);
  expect(await sync(app, new Date(Date.now() + 9 * HOUR))).toMatchObject({ new: 0 });
});

test('firmware without ids, with doubles or nonsense: nothing is read twice or holds the rest up', async () => {
  await using app = await startApp({ ways: {} });
  const { gateway } = app.world;
  const odd = (text: string, otherwise: Record<string, unknown>) => gateway.receive({ from: phone(1), to: SIM, text }, otherwise);
  for (const text of ['no id', 'no id', 'no id, another']) odd(text, { incoming_sms_id: 0, timestamp: '2026-01-05 10:00:00' });
  for (const text of ['one', 'two of one id']) odd(text, { incoming_sms_id: 7, timestamp: '2026-01-05 11:00:00' });
  odd('unreadable', { text: null });
  odd('of no clock', { timestamp: '1970-01-01 00:00:12', incoming_sms_id: 9 });
  const start = Date.now();
  expect(await sync(app, new Date(start))).toMatchObject({ state: 'done', errors: 1, new: 5, young: 1, clockSkewMs: 0 });
  expect(await sync(app, new Date(start + 7 * HOUR))).toMatchObject({ state: 'done', new: 1 });
  expect((await texts(app)).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    'no id',
    'no id',
    'no id, another',
    'of no clock',
    'one',
    'two of one id',
  ]);
  expect(await sync(app, new Date(start + 20 * HOUR))).toMatchObject({ state: 'done', new: 0 });
  expect(await app.rows(`select from replies where filing_failed is not null`)).toHaveLength(1);
});

test('a device two days ahead is told of, and its replies age from when they were first seen', async () => {
  await using app = await startApp({ ways: {} });
  const { gateway } = app.world;
  gateway.advanceClock(48 * HOUR);
  receive(app, 'from the future');
  gateway.advanceClock(-48 * HOUR);
  receive(app, 'of today');
  gateway.advanceClock(48 * HOUR);
  const start = Date.now();
  const first = await sync(app, new Date(start));
  expect(first).toMatchObject({ state: 'done', read: 2, new: 0, young: 2 });
  expect(Math.abs(Number(first['clockSkewMs']) - 48 * HOUR)).toBeLessThan(60_000);
  expect(await sync(app, new Date(start + 6 * HOUR + 60_000))).toMatchObject({ new: 2, young: 0 });
  expect(await texts(app)).toHaveLength(2);
});
