import { expect, test } from 'vitest';
import { CONTROL } from '../../domain/task-queues.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { openClient } from '../../temporal/connect.ts';
import { phase, woken } from '../../workflows/signals.ts';
import { retryCallbacks } from '../../workflows/retry-callbacks.ts';
import { phone, sleep, startApp, until, type App } from '../fixtures/app.ts';
import { timePasses } from '../fixtures/states/time.ts';

/** A campaign to so many phones, each of which answers. */
async function answered(app: App, phones: number): Promise<void> {
  await app.campaign(Array.from({ length: phones }, (_, index) => ({ to: phone(index) })));
  await until('all phones have it', () => app.world.phones.received.length >= phones);
  await Promise.all(Array.from({ length: phones }, (_, index) => app.world.phones.reply(phone(index), `OUI ${index}`)));
}

/** What the product's runs are asked by. */
async function openRuns({ config }: App) {
  const { client, connection } = openClient({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    tls: false,
  });
  return { workflow: client.workflow, [Symbol.asyncDispose]: () => connection.close() };
}

test('an endpoint that fails three times gets the same bytes and id until it takes them', async () => {
  await using app = await startApp({ callbackSchedule: [0, 300, 300, 300, 300] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 503, times: 3 });
  await answered(app, 1);
  await until('the fourth attempt is there', () => app.world.endpoint.calls.length === 4);
  const [delivery] = await until('it is delivered', async () => {
    const items = itemsOf(await app.account.get('/v1/deliveries?channel=callback'));
    return items[0]?.['state'] === 'delivered' && items;
  });
  const { calls } = app.world.endpoint;
  expect(new Set(calls.map((call) => call.id)).size).toBe(1);
  expect(new Set(calls.map((call) => call.body)).size).toBe(1);
  expect(calls.map((call) => [call.attempt, call.verified])).toEqual([
    [1, true],
    [2, true],
    [3, true],
    [4, true],
  ]);
  const attempts = itemsOf(await app.account.get(`/v1/deliveries/${textOf(delivery ?? {}, 'id')}/attempts`));
  expect(attempts.map((each) => [each['number'], each['class'], each['status']])).toEqual([
    [1, 'http_5xx', 503],
    [2, 'http_5xx', 503],
    [3, 'http_5xx', 503],
    [4, 'ok', 200],
  ]);
});

test('a schedule that is used up leaves the delivery listed as exhausted, and harms nothing else', async () => {
  await using app = await startApp({ callbackSchedule: [0, 100, 100] });
  app.world.endpoint.behave({ name: 'hook', mode: 'close' });
  await answered(app, 2);
  await until('both are exhausted', async () => {
    const items = itemsOf(await app.account.get('/v1/deliveries?channel=callback'));
    return items.length === 2 && items.every((each) => each['state'] === 'exhausted' && each['attempts'] === 3);
  });
  await until('the mails are there', () => app.world.mailbox.mails.length === 2);
  expect(await app.replies()).toHaveLength(2);
});

test('Retry-After raises the delay', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 50, 50] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 429, headers: { 'retry-after': '2' }, times: 1 });
  await answered(app, 1);
  const [first, second] = await until(
    'the second attempt is there',
    () => app.world.endpoint.calls.length === 2 && [...app.world.endpoint.calls],
  );
  expect((second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(1900);
});

test('an endpoint has at most eight requests in flight, and a ninth waits without an attempt', async () => {
  await using app = await startApp({ ways: { callback: true } });
  app.world.endpoint.behave({ name: 'hook', mode: 'ok', latencyMs: 700 });
  let most = 0;
  await answered(app, 30);
  const end = performance.now() + 15_000;
  while (performance.now() < end) {
    const open = app.world.endpoint.calls.filter((call) => call.answered === null).length;
    most = Math.max(most, open);
    if (app.world.endpoint.calls.filter((call) => call.answered === 200).length === 30) break;
    await sleep(10);
  }
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
  await until('all are delivered', async () => {
    const counts = await app.rows<{ state: string; attempts: number; count: number }>(
      `select state, attempts, count(*)::int as count from deliveries group by 1, 2`,
    );
    return counts.length === 1 && counts[0]?.state === 'delivered' && counts[0].attempts === 1 && counts[0].count === 30;
  });
});

test('410 ends it: what comes later is held, not posted', async () => {
  await using app = await startApp({ ways: { callback: true } });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 410 });
  await answered(app, 1);
  await until('it is held', async () => itemsOf(await app.account.get('/v1/deliveries?state=held'))[0]);
  await app.world.phones.reply(phone(0), 'encore');
  await until('the second is held too', async () => itemsOf(await app.account.get('/v1/deliveries?state=held')).length === 2);
  expect(app.world.endpoint.calls).toHaveLength(1);
});

test('an endpoint that hangs costs its own deliveries their time limit, and nobody else anything', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 60_000] });
  const slow = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/slow`,
    description: 'Slow',
    timeoutMs: 3000,
  });
  app.world.endpoint.addSecret(textOf(slow, 'secret'));
  app.world.endpoint.behave({ name: 'slow', mode: 'hang' });
  await answered(app, 4);
  const times = (name: string) => app.world.endpoint.calls.filter((call) => call.name === name).map(({ at }) => at.getTime());
  await until('the healthy endpoint has all', () => times('hook').length === 4);
  // Before the first of the others can have come to its end.
  expect(Math.max(...times('hook')) - Math.min(...times('slow'), Infinity)).toBeLessThan(3000);
  await until('the slow ones are put off', async () => {
    const items = await app.rows<{ last_class: string }>(`select last_class from deliveries where state = 'retrying'`);
    return items.length === 4 && items.every((each) => each.last_class === 'timeout');
  });
});

test('a request that hangs holds back nobody: neither other retries, nor its page, nor a drain', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 300, 300, 300, 300, 300] });
  const slow = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/slow`,
    timeoutMs: 30_000,
  });
  app.world.endpoint.addSecret(textOf(slow, 'secret'));
  app.world.endpoint.behave({ name: 'slow', mode: 'hang' });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 503, times: 2 });
  const calls = (name: string) => app.world.endpoint.calls.filter((call) => call.name === name);
  const taken = () => calls('hook').filter((call) => call.answered === 200).length;
  await answered(app, 1);
  // All of it while the request hangs, however long the machine takes: it ends when it is told to.
  await until('the third attempt is taken', () => taken() === 1);
  expect(calls('slow')).toHaveLength(1);

  await using client = await openRuns(app);
  const [reply] = await app.rows<{ run_id: string }>(`select run_id from replies`);
  const page = client.workflow.getHandle(reply?.run_id ?? '');
  await until('the page has ended', async () => (await page.describe()).status.name === 'COMPLETED');
  expect(calls('slow')).toHaveLength(1);
  app.world.endpoint.hangUp('slow');
  const run = client.workflow.getHandle('retry-callbacks');
  await until('the slow one is tried again', () => calls('slow').length === 2);
  await until('the drain that tried it has answered', async () => (await run.query(phase)).startsWith('sleeping'));
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 503, times: 1 });
  await app.world.phones.reply(phone(0), 'encore');
  await until('the second reply is taken', () => taken() === 2);
  expect(calls('slow').filter((call) => call.attempt === 2)).toHaveLength(1);
  app.world.endpoint.behave({ name: 'slow', mode: 'ok' });
  app.world.endpoint.hangUp('slow');
});

test('a page whose callbacks were given up fails by their name, after its mails went out', async () => {
  await using app = await startApp();
  await using temporal = await openRuns(app);
  // What only a claim in order asks for.
  await app.account.send('PATCH', `/v1/callback-endpoints/${app.callback?.id ?? ''}`, { ordered: true });
  await app.rows('alter table deliveries rename column order_since to gone');
  await answered(app, 1);
  await until('the mail is there', () => app.world.mailbox.mails[0]);
  const reply = await until('the reply is filed', async () => {
    const [found] = await app.rows<{ run_id: string }>('select run_id from replies where filed_at is not null');
    return found;
  });
  const page = temporal.workflow.getHandle(reply.run_id);
  const failure = await page.result().catch((error: unknown) => error);
  expect(failure).toMatchObject({ cause: { message: 'Given up: postCallbacks', type: 'GivenUp' } });
  expect((await page.describe()).status.name).toBe('FAILED');
  expect(app.world.mailbox.mails).toHaveLength(1);

  await app.rows('alter table deliveries rename column gone to order_since');
  await timePasses(app.db, '1 day', { deliveries: ['next_at'] });
  await temporal.workflow.signalWithStart(retryCallbacks, {
    workflowId: 'retry-callbacks',
    taskQueue: CONTROL,
    signal: woken,
  });
  await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  expect(app.world.endpoint.calls).toHaveLength(1);
});

test('a mail refused for now comes again, same Message-ID; one refused for good does not', async () => {
  await using app = await startApp({ ways: { email: true }, emailSchedule: [0, 200, 200, 200] });
  app.world.mailbox.treat('later', 2);
  await answered(app, 1);
  const mail = await until('the mail is there', () => app.world.mailbox.mails[0]);
  const [delivery] = await until('it is delivered', async () => {
    const items = itemsOf(await app.account.get('/v1/deliveries'));
    return items[0]?.['state'] === 'delivered' && items;
  });
  expect(delivery).toMatchObject({ attempts: 3 });
  expect(mail.raw.toString()).toContain(`Message-ID: <${textOf(delivery ?? {}, 'id')}@aller-retour.example>`);

  app.world.mailbox.treat('refuse', 1);
  await app.world.phones.reply(phone(0), 'encore');
  await until('the second is given up', async () => itemsOf(await app.account.get('/v1/deliveries?state=exhausted'))[0]);
  expect(app.world.mailbox.mails).toHaveLength(1);
});
