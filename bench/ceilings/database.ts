import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool, type PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

// The ceiling of this PostgreSQL with rows like ours, in tables of its own.

const TABLES = `
  drop schema if exists ceiling cascade;
  create schema ceiling;
  create table ceiling.messages (id uuid primary key, account_id uuid, campaign_id uuid, row int, carrier_id uuid, to_number text,
    sender text, reply_code text, text text, segments smallint, reference text, state text, epoch bigint, submitted_at timestamptz,
    settled_at timestamptz);
  create index on ceiling.messages (campaign_id, row);
  create index on ceiling.messages (to_number, reply_code);
  create table ceiling.slots (carrier_id uuid, slot int, epoch bigint, "window" uuid[], primary key (carrier_id, slot));
  insert into ceiling.slots select gen_random_uuid(), 0, 1, '{}';
  create table ceiling.message_references (carrier_id uuid, reference text, message_id uuid, primary key (carrier_id, reference));
  create table ceiling.replies (id uuid primary key, carrier_id uuid, from_raw text, to_raw text, text text, received_at timestamptz,
    ingested_at timestamptz);
  create index on ceiling.replies (ingested_at);`;
const TEXT = 'Bonjour Zoé, votre commande est prête. Passerez-vous samedi ? Répondez OUI ou NON.';

async function withTables<T>(databaseUrl: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  try {
    await pool.query(TABLES);
    return await work(pool);
  } finally {
    await pool.query('drop schema if exists ceiling cascade');
    await pool.end();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function* lines(count: number): Generator<string> {
  const account = crypto.randomUUID();
  for (let n = 0; n < count; n += 1000) {
    let chunk = '';
    for (let m = n; m < Math.min(count, n + 1000); m++)
      chunk += `${crypto.randomUUID()}\t${account}\t${account}\t${m}\t${account}\t+336${10_000_000 + m}\t38015\t38015\t${TEXT}\t1\tcommande-${m}\tqueued\n`;
    yield chunk;
  }
}
const COPY = `copy ceiling.messages (id, account_id, campaign_id, row, carrier_id, to_number, sender, reply_code, text, segments, reference, state) from stdin`;

async function copy(client: PoolClient, count: number): Promise<void> {
  await client.query('begin');
  await pipeline(Readable.from(lines(count)), client.query(copyFrom(COPY)));
  await client.query('commit');
}

export const copySeconds = (databaseUrl: string, count: number): Promise<number> =>
  withTables(databaseUrl, async (pool) => {
    const client = await pool.connect();
    try {
      return await timed(() => copy(client, count));
    } finally {
      client.release();
    }
  });

// The least to store before and after a message goes, for a whole window at once.
const TURN = `
  with mine as (update ceiling.slots set "window" = $1::uuid[] returning epoch),
  stored as (update ceiling.messages m set state = 'accepted', settled_at = now() from mine, unnest($2::uuid[]) as r (id) where m.id = r.id),
  named as (insert into ceiling.message_references select gen_random_uuid(), r.id::text, r.id from unnest($2::uuid[]) as r (id))
  update ceiling.messages m set state = 'submitting', epoch = mine.epoch, submitted_at = now() from mine, unnest($1::uuid[]) as w (id)
  where m.id = w.id and m.state = 'queued'`;

/** Messages a second that get both commits, one statement a window. */
export const turnsPerSecond = (databaseUrl: string, { messages = 30_000, window = 100 } = {}): Promise<number> =>
  withTables(databaseUrl, async (pool) => {
    const client = await pool.connect();
    try {
      await copy(client, messages);
      const { rows } = await client.query<{ id: string }>('select id from ceiling.messages order by row');
      const ids = rows.map(({ id }) => id);
      const seconds = await timed(async () => {
        let before: string[] = [];
        for (let n = 0; n < ids.length + window; n += window) {
          const now = ids.slice(n, n + window);
          await client.query(TURN, [now, before]);
          before = now;
        }
      });
      return messages / seconds;
    } finally {
      client.release();
    }
  });

/** Replies a second, committed page by page. */
export const insertsPerSecond = (databaseUrl: string, { replies = 50_000, page = 500 } = {}): Promise<number> =>
  withTables(databaseUrl, async (pool) => {
    const carrier = crypto.randomUUID();
    const seconds = await timed(async () => {
      for (let n = 0; n < replies; n += page) {
        const all = Array.from({ length: page }, (_, m) => n + m);
        await pool.query(
          `insert into ceiling.replies select r.id, $1, r.phone, '38015', r.text, now(), now()
           from unnest($2::uuid[], $3::text[], $4::text[]) as r (id, phone, text)`,
          [
            carrier,
            all.map(() => crypto.randomUUID()),
            all.map((m) => `+336${10_000_000 + m}`),
            all.map((m) => `Oui, je viens ${m}`),
          ],
        );
      }
    });
    return replies / seconds;
  });
