import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { smscOf } from '../../dev/first-state.ts';
import { createClient, itemsOf, seed } from '../../dev/seed.ts';
import { startWorld } from '../../dev/simulator/world.ts';
import { phone, SHORT_CODES, SIMS, until, zoneAtNoon } from '../fixtures/app.ts';
import { startDebianPostgres } from './debian-postgres.ts';
import { admin, startProduct } from './product-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The commands of the page, where they are typed in a container as here on the host. */
async function commands(): Promise<string[]> {
  const page = await readFile(new URL('../../docs/operations/backup.md', import.meta.url), 'utf8');
  return [...page.matchAll(/^ *```sh\n([\s\S]+?)^ *```/gm)].map(([, script = '']) =>
    script.replaceAll('docker compose exec -T postgres ', '').replaceAll('"$name-….dump"', '"$(ls "$name"-*.dump)"'),
  );
}

test('a backup by the page’s commands is restored by them on PostgreSQL 15, without a superuser', async () => {
  const [save = '', restore = ''] = await commands();
  expect([save, restore].map((script) => /pg_dump|pg_restore/.exec(script)?.[0])).toEqual(['pg_dump', 'pg_restore']);
  await using postgres = await startDebianPostgres();
  const password = 'a/b@c:d%e’s';
  await postgres.shell(`psql --no-psqlrc --quiet --file "$ROLES"`, {
    ROLES: `${ROOT}/deploy/roles.sql`,
    DATABASE_PASSWORD: password,
    TEMPORAL_DATABASE_PASSWORD: 'another',
  });
  await postgres.shell('createdb temporal; createdb temporal_visibility');
  await using world = await startWorld({ shortCodes: SHORT_CODES, sims: SIMS, receipts: { delayMs: 20 } });
  const env = {
    NODE_ENV: 'production',
    SYNC_TIME_ZONE: zoneAtNoon(),
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
    PORT: '0',
    DATABASE_URL: `postgres://aller_retour@127.0.0.1:${postgres.port}/aller_retour`,
    PGPASSWORD: password,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: `test-${randomUUID()}`,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'warn',
    DRAIN_SECONDS: '0',
  };
  const operatorKey =
    (await admin(ROOT, env, 'create-operator', '--email', 'operator@aller-retour.example')).trim().split('\n').at(-1) ?? '';
  const campaign = (url: string, key: string, name: string) =>
    createClient(url, key).send(
      'POST',
      '/v1/campaigns',
      {
        name,
        route: 'premium',
        withReplies: true,
        text: 'Passerez-vous ?',
        recipients: [{ to: phone(1) }],
        purpose: 'transactional',
      },
      { 'idempotency-key': randomUUID() },
    );
  let key = '';
  {
    await using running = await startProduct(ROOT, { ...env, ROLE: 'all' });
    const seeded = await seed({
      url: running.url,
      operatorKey,
      smpp: smscOf(world, SHORT_CODES, { window: 10, reconnectMinMs: 50 }),
    });
    key = seeded.key;
    await campaign(running.url, key, 'before');
    await until('it went out', () => world.phones.received.length === 1, 60_000);
    await postgres.shell(save);
    await campaign(running.url, key, 'lost');
    await until('it went out too', () => world.phones.received.length === 2, 60_000);
    await running.stop();
  }
  const [backupAt, lostAt] = [new Date(Date.now() - 60_000).toISOString(), new Date().toISOString()];
  await postgres.shell(restore);
  expect(await admin(ROOT, env, 'restored', '--backup-at', backupAt, '--lost-at', lostAt)).toMatch(
    /^\d+ messages may have gone out/,
  );
  await expect(admin(ROOT, env, 'restored', '--backup-at', backupAt, '--lost-at', lostAt)).rejects.toThrow(/said once/);

  await using again = await startProduct(ROOT, { ...env, ROLE: 'all' });
  const account = createClient(again.url, key);
  expect(itemsOf(await account.get('/v1/campaigns')).map(({ name }) => name)).toEqual(['before']);
  await campaign(again.url, key, 'after');
  await world.phones.reply(phone(1), 'oui', world.phones.received[0]);
  await until('replies come home meanwhile', async () => itemsOf(await account.get('/v1/replies')).length === 1, 60_000);
  expect(world.phones.received).toHaveLength(2);
  await createClient(again.url, operatorKey).send('POST', '/v1/operator/restores/release');
  await until('what is new goes out', () => world.phones.received.length === 3, 60_000);
  // Classes 42: what this PostgreSQL does not know.
  expect(again.log()).not.toMatch(/"code":"42/);
});
