import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { openClient } from '../temporal/connect.ts';
import { RETENTION_SCHEDULE } from '../temporal/schedules.ts';
import { percentile, round, type Bench, type Figure } from './bench.ts';
import { exchange, until } from './callbacks/callbacks.ts';
import { copySeconds } from './ceilings/database.ts';
import { launch, NAMESPACE, phones, type Customer, type Stack } from './stage/stack.ts';

const MONTHS = 12;
const KEPT_DAYS = 92;
/** A month has as many messages as COPY writes in this time, so that a slow machine ends too. */
const MONTH_SECONDS = 1;
const MOST_A_MONTH = 20_000;
/** One message in so many is answered; each phone is written to every third month. */
const REPLY_SHARE = 10;
const ASKED = 60;
const BURST = 3000;
const STEADY = 100;
const GROWING = ['messages', 'message_references', 'replies', 'events', 'deliveries', 'delivery_attempts', 'conversations'];

/** Table, row to copy, changed columns, source of the rows. */
type Copied = [table: string, of: string, changes: string, from: string];

/** Copies a row that the product wrote, with changes. */
async function copies(pool: Pool, [table, of, changes, from]: Copied): Promise<void> {
  const { rows } = await pool.query<{ columns: string }>(
    `select string_agg('p.' || quote_ident(column_name), ', ' order by ordinal_position) as columns from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
    [table],
  );
  const columns = rows[0]?.columns ?? '';
  await pool.query(
    `insert into ${table} (${columns.replaceAll('p.', '')}) select ${columns} from (select * from ${table} where ${of} limit 1) t cross join ${from}
       cross join lateral jsonb_populate_record(null::${table}, to_jsonb(t) || jsonb_build_object(${changes})) p order by r.n`,
  );
}

type Month = { month: number; daysAgo: number; messages: number };

/** A month of one account: a campaign, its messages, a tenth answered, each answer posted. */
async function fill(pool: Pool, accountId: string, { month, daysAgo, messages }: Month): Promise<void> {
  const first = (month % 3) * messages;
  const campaign = randomUUID();
  const mine = `account_id = '${accountId}'`;
  const answered = `(select * from made where n % ${REPLY_SHARE} = 0) r`;
  const known = `c.${mine} and c.phone = r.phone`;
  const steps: (string | Copied)[] = [
    `create temporary table made as select n, '+336' || ${20_000_000 + first} + n as phone, uuidv7(at - now()) as message, uuidv7(at - now()) as reply,
       uuidv7(at - now()) as event, uuidv7(at - now()) as delivery, uuidv7(at - now()) as attempt, at
     from generate_series(0, ${messages - 1}) n cross join lateral
       (select now() - make_interval(secs => (${daysAgo} - 30.0 * n / ${messages}) * 86400) as at) a`,
    'analyze made',
    [
      'campaigns',
      `${mine} and ended_at is not null`,
      `'id', '${campaign}', 'total', ${messages}, 'created_at', r.at, 'launched_at', r.at, 'ended_at', r.at + interval '1 hour', 'rows_gone_at', null`,
      '(select * from made where n = 0) r',
    ],
    [
      'messages',
      `${mine} and campaign_id is not null`,
      `'id', r.message, 'campaign_id', '${campaign}', 'row', r.n, 'to_number', r.phone, 'reference', 'commande-' || r.n, 'state', 'delivered', 'submitted_at', r.at`,
      'made r',
    ],
    ['message_references', 'true', `'message_id', r.message, 'reference', r.message`, 'made r'],
    `update conversations c set sequence = c.sequence + 1, last_reply_at = r.at from ${answered} where ${known}`,
    [
      'conversations',
      mine,
      `'id', r.reply, 'phone', r.phone, 'sequence', 1, 'last_reply_at', r.at, 'created_at', r.at`,
      `(select * from ${answered} where not exists (select from conversations c where ${known})) r`,
    ],
    [
      'replies',
      `${mine} and filed_at is not null`,
      `'id', r.reply, 'from_raw', r.phone, 'from_number', r.phone, 'campaign_id', '${campaign}', 'message_id', r.message, 'session_id', null,
       'conversation_id', c.id, 'sequence', c.sequence, 'text', 'Dossier ' || r.n, 'received_at', r.at, 'ingested_at', r.at, 'released_at', r.at,
       'handed_at', r.at, 'filed_at', r.at`,
      `${answered} join conversations c on ${known}`,
    ],
    [
      'events',
      `${mine} and type = 'reply.received' and owed = 1`,
      `'id', r.event, 'position', c.position + r.n / ${REPLY_SHARE} + 1, 'reply_id', r.reply, 'created_at', r.at`,
      `${answered} join account_counters c on c.${mine}`,
    ],
    `update account_counters c set position = (select max(position) from events e where e.account_id = c.account_id) where ${mine}`,
    [
      'deliveries',
      `${mine} and state = 'delivered'`,
      `'id', r.delivery, 'event_id', r.event, 'created_at', r.at, 'finished_at', r.at, 'delivered_at', r.at`,
      answered,
    ],
    ['delivery_attempts', `class = 'ok'`, `'id', r.attempt, 'delivery_id', r.delivery, 'started_at', r.at`, answered],
    'drop table made',
  ];
  for (const step of steps) await (typeof step === 'string' ? pool.query(step) : copies(pool, step));
}

const LISTS: Record<string, string> = {
  replies: '/v1/replies?limit=50',
  'replies of a number': '/v1/replies?limit=50&from=%2B33620000100',
  'a rare word': '/v1/replies?limit=50&search=Dossier%20100',
  conversations: '/v1/conversations?limit=50',
  campaigns: '/v1/campaigns?limit=50',
  deliveries: '/v1/deliveries?limit=50',
  events: '/v1/events?limit=50',
};

/** Daily work of an account in figures that should stay low. */
async function look({ world }: Stack, account: Customer, name: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const [list, path] of Object.entries(LISTS)) {
    const waits: number[] = [];
    for (let n = 0; n < ASKED; n++) {
      const begun = performance.now();
      await account.get(path);
      waits.push(performance.now() - begun);
    }
    found.set(`list: ${list}`, percentile(waits, 0.5));
  }
  await world.reset();
  const from = phones(BURST, 10_000_000);
  const { seconds: accepted } = await launch(account, from);
  const { submitted, seconds } = await world.submitted({ count: BURST, withinMs: 600_000 });
  if (submitted !== BURST) throw new Error(`${submitted} of ${BURST} went out`);
  const flood = await exchange(world, { from, prefix: `${name} burst `, count: BURST, perSecond: null, withinMs: 600_000 });
  const calm = await exchange(world, { from, prefix: `${name} calm `, count: STEADY * 10, perSecond: STEADY });
  return found
    .set(`ingest: ${BURST} messages accepted`, accepted * 1000)
    .set(`ingest: ${BURST} messages submitted`, seconds * 1000)
    .set(`ingest: ${BURST} replies acknowledged`, flood.taken.seconds * 1000)
    .set(`attribution: ${BURST} replies filed and posted`, flood.home.seconds * 1000)
    .set(`attribution: a reply at ${STEADY}/s to its callback, p50`, calm.home.p50);
}

/** The worst growth of a kind, with each figure before and after. */
function grown(kind: string, when: string, before: Map<string, number>, after: Map<string, number>): Figure {
  const each = [...after].flatMap(([line, now]) =>
    line.startsWith(`${kind}: `) ? [{ line: line.slice(kind.length + 2), was: before.get(line) ?? 0, now }] : [],
  );
  return {
    line: `${kind}, ${when}, what grew most`,
    value: round(Math.max(...each.map(({ was, now }) => now / was))),
    unit: '×',
    aim: '≤ 1.5 ×',
    note: each.map(({ line, was, now }) => `${line} ${round(was)} → ${round(now)}`).join(', ') + ' ms',
  };
}

/** A year of one account by months; then its rows are erased and as many come again. */
export const yearsBench: Bench = {
  name: 'years',
  stack: { receipts: { delayMs: 100 }, window: 100, endpointLatencyMs: 5 },
  async measure(stack, say) {
    const { world, databaseUrl, operator } = stack;
    await using open = new AsyncDisposableStack();
    const pool = new Pool({ connectionString: databaseUrl, max: 1 });
    open.defer(() => pool.end());
    const one = async (sql: string): Promise<number> =>
      Number((await pool.query<{ value: string }>(`select (${sql}) as value`)).rows[0]?.value);
    const account = await stack.customer(0);
    const { rows: owner } = await pool.query<{ id: string }>('select account_id as id from callback_endpoints where id = $1', [
      account.endpointId,
    ]);
    const accountId = owner[0]?.id ?? '';
    const stored = () => one(GROWING.map((table) => `(select count(*) from ${table})`).join(' + '));
    const size = async (): Promise<number> => {
      await pool.query('vacuum analyze');
      return one(GROWING.map((table) => `pg_total_relation_size('${table}')`).join(' + '));
    };
    /** Backdates the measured rows: the night deletes events in order. */
    const looked = async (name: string, daysAgo: number): Promise<Map<string, number>> => {
      const found = await look(stack, account, name);
      say(`${name}: ${[...found].map(([line, ms]) => `${line} ${round(ms)} ms`).join(', ')}`);
      await until(
        'its deliveries are over',
        async () => (await one(`select count(*) from deliveries where state <> 'delivered'`)) === 0,
        30_000,
      );
      await pool.query(
        `update events set created_at = now() - make_interval(days => $1) where created_at > now() - interval '1 hour'`,
        [daysAgo],
      );
      return found;
    };
    const perMonth = Math.min(
      MOST_A_MONTH,
      Math.round((100_000 * MONTH_SECONDS) / (await copySeconds(databaseUrl, 100_000)) / 3000) * 3000,
    );
    await looked('warm', 370);
    await until(
      'its campaign has ended',
      async () => (await one(`select count(*) from campaigns where ended_at is null`)) === 0,
      60_000,
    );
    say(`${perMonth} messages a month`);

    await fill(pool, accountId, { month: 0, daysAgo: 360, messages: perMonth });
    const [size1, rows1] = [await size(), await stored()];
    const first = await looked('month 1', 330);
    for (let month = 1; month < MONTHS; month++) {
      await fill(pool, accountId, { month, daysAgo: 360 - 30 * month, messages: perMonth });
      say(`month ${month + 1}`);
    }
    const [size12, rows12] = [await size(), await stored()];
    const last = await looked('month 12', 0);
    const begun = performance.now();
    const { broken } = await operator.get('/v1/operator/ledger');
    if (JSON.stringify(broken) !== '{}') throw new Error(`The ledger is broken: ${JSON.stringify(broken)}`);
    const ledgerMs = performance.now() - begun;

    await account.send('PATCH', '/v1/policies', { keepRowsDays: KEPT_DAYS });
    const { client, connection } = openClient({ address: stack.temporalAddress, namespace: NAMESPACE, tls: false });
    open.defer(() => connection.close());
    const from = phones(BURST, 10_000_000);
    const messages = () => one('select count(*) from messages');
    const before = await messages();
    const swept = performance.now();
    await client.schedule.getHandle(RETENTION_SCHEDULE).trigger();
    const p50s: number[] = [];
    const over = () => one(`select count(*) from retention_marks where rows_to is not null`);
    do
      p50s.push(
        (await exchange(world, { from, prefix: `night ${p50s.length} `, count: STEADY * 5, perSecond: STEADY })).home.p50,
      );
    while ((await over()) === 0);
    const sweptSeconds = (performance.now() - swept) / 1000;
    const gone = before - (await messages());
    say(`${gone} messages are gone`);
    await pool.query('vacuum');
    for (let month = 0; month < 9; month++)
      await fill(pool, accountId, { month, daysAgo: 90 - 30 * (month % 3), messages: perMonth });
    const [sizeAgain, rowsAgain] = [await size(), await stored()];
    const again = await looked('again', 0);
    const calmest = last.get(`attribution: a reply at ${STEADY}/s to its callback, p50`) ?? 0;
    const year = 'month 12 to month 1';
    const swap = `after ${KEPT_DAYS} days' rows were left and nine months came again, to month 1`;
    return [
      ...['list', 'ingest', 'attribution'].map((kind) => grown(kind, year, first, last)),
      {
        line: `bytes a row on disk, ${year}`,
        value: round(size12 / rows12 / (size1 / rows1)),
        unit: '×',
        aim: '≤ 1.1 ×',
        note: `${Math.round(size12 / 1e6)} MB of ${rows12.toLocaleString('en')} rows`,
      },
      {
        line: `reply → callback while the night deletes, p50, to without`,
        value: round(percentile(p50s, 0.5) / calmest),
        unit: '×',
        aim: '≤ 1.5 ×',
        note: `${gone.toLocaleString('en')} messages and what came of them in ${round(sweptSeconds)} s`,
      },
      {
        line: `disk, when as many rows came again, to before they ended`,
        value: round(sizeAgain / size12),
        unit: '×',
        aim: '≤ 1.1 ×',
        note: `${rowsAgain.toLocaleString('en')} rows of ${rows12.toLocaleString('en')}`,
      },
      ...['list', 'ingest', 'attribution'].map((kind) => grown(kind, swap, first, again)),
      {
        line: `the ledger of the year read whole`,
        value: round(ledgerMs / 1000),
        unit: 's',
        note: `${rows12.toLocaleString('en')} rows`,
      },
    ];
  },
};
