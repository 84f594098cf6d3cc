import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { smscOf } from '../../dev/first-state.ts';
import { createClient, itemsOf, seed, type Answer } from '../../dev/seed.ts';
import { startWorld } from '../../dev/simulator/world.ts';
import { openDatabase } from '../../database/orm.ts';
import { rows } from '../../database/sql.ts';
import { openClient } from '../../temporal/connect.ts';
import { phone, SHORT_CODES, SIMS, sleep, until, zoneAtNoon } from '../fixtures/app.ts';
import { scratchDatabase } from '../fixtures/database.ts';
import { admin, checkOut, from, startProduct } from './product-process.ts';
import { startProxy } from './proxy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PER_SECOND = 50;
const PHONES = 300;

test('a rolling upgrade from the version before loses, doubles, refuses nothing at 50 a second', async () => {
  await using before = await checkOut(await from());
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 4 });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => db.close());
  await db.pool.query('drop schema public cascade');
  await db.pool.query('create schema public');
  await using world = await startWorld({ shortCodes: SHORT_CODES, sims: SIMS, receipts: { delayMs: 20 } });
  const env = {
    NODE_ENV: 'production',
    SYNC_TIME_ZONE: zoneAtNoon(),
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
    PORT: '0',
    DATABASE_URL: scratch.url,
    DATABASE_POOL: '12',
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: `test-${randomUUID()}`,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'warn',
  };
  const made = await admin(before.folder, env, 'create-operator', '--email', 'operator@aller-retour.example');
  const operatorKey = made.trim().split('\n').at(-1) ?? '';
  const oldWorker = opened.use(await startProduct(before.folder, { ...env, ROLE: 'worker' }));
  const oldApi = opened.use(await startProduct(before.folder, { ...env, ROLE: 'api' }));
  await using proxy = await startProxy();
  await proxy.add(oldApi.url);
  const { account, key, callback } = await seed({
    url: proxy.url,
    operatorKey,
    smpp: smscOf(world, SHORT_CODES, { window: 100, reconnectMinMs: 50, maxBinds: 2 }),
    callbackUrl: `${world.endpoint.url}/hook`,
  });
  world.endpoint.addSecret(callback?.secret ?? '');
  // An endpoint that fails all the while: its retries are the run's of whichever worker there is.
  const failing: Answer = await account.send('POST', '/v1/callback-endpoints', { url: `${world.endpoint.url}/failing` });
  world.endpoint.behave({ name: 'failing', mode: 'status', status: 503 });
  const campaign = (name: string) =>
    account.send(
      'POST',
      '/v1/campaigns',
      {
        name,
        route: 'premium',
        withReplies: true,
        purpose: 'transactional',
        text: 'Passerez-vous samedi ?',
        recipients: Array.from({ length: PHONES }, (_, index) => ({ to: phone(index) })),
      },
      { 'idempotency-key': randomUUID() },
    );
  await campaign('before');
  await until('the phones have it', () => world.phones.received.length >= PHONES, 60_000);

  let going = true;
  let sent = 0;
  const refused: string[] = [];
  const replies = (async () => {
    while (going) {
      const due = sleep(1000 / PER_SECOND);
      const text = `upgrade ${sent}`;
      // A phone tries again until its network has it, as networks do.
      void until('the network takes it', () => world.phones.reply(phone(sent % PHONES), text).catch(() => false), 60_000);
      sent++;
      await due;
    }
  })();
  const client = createClient(proxy.url, key);
  const requests = (async () => {
    while (going) {
      await client.get('/v1/conversations?limit=5').catch((error: unknown) => refused.push(String(error)));
      await sleep(50);
    }
  })();

  await sleep(5000);
  const newWorker = opened.use(await startProduct(ROOT, { ...env, ROLE: 'worker' }));
  const newApi = opened.use(await startProduct(ROOT, { ...env, ROLE: 'api' }));
  await proxy.add(newApi.url);
  // Both versions beside each other, on the new schema.
  await campaign('beside');
  await sleep(20_000);
  await oldApi.stop();
  await oldWorker.stop();
  await campaign('after');
  await sleep(5000);
  // And the drain of this version: another takes over.
  const lastApi = opened.use(await startProduct(ROOT, { ...env, ROLE: 'api' }));
  await proxy.add(lastApi.url);
  await newApi.stop();
  await sleep(1000);
  going = false;
  await Promise.all([replies, requests]);

  const texts = () =>
    world.endpoint.calls
      .filter(({ name, answered, body }) => name === 'hook' && answered === 200 && body.includes('upgrade '))
      .map(({ id }) => id);
  await until('all replies came home', () => new Set(texts()).size >= sent, 120_000);
  await until(
    'the campaigns are over',
    async () => {
      const all = itemsOf(await account.get('/v1/campaigns'));
      return all.length === 3 && all.every(({ endedAt }) => endedAt !== null);
    },
    60_000,
  );
  const [filed] = await rows<{ count: number; texts: number }>(
    db.pool,
    `select count(*)::int as count, count(distinct text)::int as texts from replies where text like 'upgrade %' and filed_at is not null`,
  );
  // The run that looks after it was begun by the version before: this one goes on with it, and answers for it.
  const { client: temporal, connection } = openClient({
    address: env.TEMPORAL_ADDRESS,
    namespace: env.TEMPORAL_NAMESPACE,
    tls: false,
  });
  opened.defer(() => connection.close());
  const run = temporal.workflow.getHandle(`endpoint/${String(failing['id'])}`);
  const health = await run.query<{ health: string; backlog: number }>('endpointHealth');
  expect(refused).toEqual([]);
  expect(filed).toEqual({ count: sent, texts: sent });
  expect(texts()).toHaveLength(sent);
  expect(world.smsc.submitted.length).toBe(3 * PHONES);
  expect((await run.describe()).status.name).toBe('RUNNING');
  expect(health).toMatchObject({ health: expect.stringMatching(/unsteady|open|recovering/) });
  const errors = [newWorker, newApi].flatMap(({ log }) =>
    log()
      .split('\n')
      .filter((line) => /"level":(50|60)/.test(line)),
  );
  expect(errors).toEqual([]);
});
