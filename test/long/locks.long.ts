import { expect, test } from 'vitest';
import { Client } from 'pg';
import { migrate } from '../../database/migrate.ts';
import { sleep } from '../fixtures/app.ts';
import { scratchDatabase } from '../fixtures/database.ts';
import { admin, checkOut, from } from './product-process.ts';

const ROWS = 2_000_000;
const FILL = [
  `insert into messages (id, account_id, carrier_id, to_number, sender, reply_code, text, segments, two_way, simulation, state, submitted_at)
     select uuidv7(), gen_random_uuid(), gen_random_uuid(), '+336' || lpad(n::text, 8, '0'), '38015', '38015', 'Bonjour', 1, true, false, 'delivered', now()
     from generate_series(1, ${ROWS}) n`,
  `insert into replies (id, carrier_id, from_raw, to_raw, from_number, reply_code, text, received_at, precision, ingested_at, released_at, filed_at)
     select uuidv7(), gen_random_uuid(), 'a', 'b', '+336' || lpad(n::text, 8, '0'), '38015', 'Oui', now(), 'ours', now(), now(), now()
     from generate_series(1, ${ROWS / 4}) n`,
];
/** What processes of the version before go on doing. */
const WRITES = [
  `update messages set state = 'delivered' where id = (select id from messages order by id desc limit 1)`,
  `update replies set filed_at = now() where id = (select id from replies order by id desc limit 1)`,
  `update deliveries set attempts = attempts where false`,
  `update events set owed = owed where false`,
  `update accounts set name = name where false`,
  `update callback_endpoints set url = url where false`,
  `update contacts set phone = phone where false`,
  `update campaigns set name = name where false`,
];

test('migrations since the version before hold no write longer than a second on two million rows', async () => {
  await using before = await checkOut(await from());
  await using scratch = await scratchDatabase();
  const client = new Client({ connectionString: scratch.url });
  await client.connect();
  await using opened = new AsyncDisposableStack();
  opened.defer(() => client.end());
  await client.query('drop schema public cascade');
  await client.query('create schema public');
  await admin(before.folder, { DATABASE_URL: scratch.url }, 'migrate');
  for (const sql of FILL) await client.query(sql);
  await client.query('analyze');

  let going = true;
  const longest = new Map<string, number>();
  const write = async (sql: string): Promise<void> => {
    const writer = new Client({ connectionString: scratch.url });
    await writer.connect();
    while (going) {
      const begun = performance.now();
      await writer.query(sql);
      longest.set(sql, Math.max(longest.get(sql) ?? 0, performance.now() - begun));
      await sleep(10);
    }
    await writer.end();
  };
  const writers = WRITES.map(write);
  await sleep(2000);
  const calm = Math.max(...longest.values());
  const done = await migrate(scratch.url);
  going = false;
  await Promise.all(writers);
  expect(done.length).toBeGreaterThan(0);
  expect([...longest].filter(([, ms]) => ms > Math.max(1000, 2 * calm))).toEqual([]);
});
