import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import pino from 'pino';
import { Pool, type PoolClient } from 'pg';
import { z } from 'zod';
import { createAttemptCallback } from '../activities/callbacks/attempt-callback.ts';
import { createProductMetrics } from '../activities/product-metrics.ts';
import { freshRoom, type ClaimedCallback } from '../activities/callbacks/claim-callbacks.ts';
import { createResultRecorder, type ResultRecorder } from '../activities/callbacks/record-results.ts';
import { createUplinkMonitor } from '../activities/callbacks/uplink-monitor.ts';
import { createFiling } from '../activities/replies/file-replies.ts';
import { insertReplies, readReply } from '../activities/replies/store-replies.ts';
import { createRunWaker } from '../activities/wake-run.ts';
import { openPhoneHash } from '../database/contacts/phone-hash.ts';
import { createSecrets } from '../database/secrets.ts';
import { CALLBACK_SCHEDULE } from '../domain/callbacks/retry-schedule.ts';
import { createGuard } from '../webhook-client/guard.ts';
import { createPoster, type Poster } from '../webhook-client/request.ts';
import { round, type Bench, type Figure } from './bench.ts';
import { ask, exchange, inTurn, populate } from './callbacks/callbacks.ts';
import { cpuOf, since } from './stage/cpu.ts';
import { noTracing } from '../domain/tracing.ts';
import { SHORT_CODE, type Stack } from './stage/stack.ts';

const ENDPOINTS = 200;
/** Eight an endpoint: an unrecorded attempt keeps its place. */
const REPLIES = ENDPOINTS * 8;
const PAGE = 100;
const ENGINE = { perSecond: 200, count: 4000 };
/** PostgreSQL publishes its counters ten seconds after a connection falls idle. */
const COUNTED_MS = 11_000;
const SECRETS_KEY = randomBytes(32).toString('base64');
const RUNGS = ['insert only', '+ file', '+ post to a null sink', '+ HTTP', '+ record'] as const;
const log = pino({ level: 'warn' }, process.stderr);

const ANSWERED: Awaited<ReturnType<Poster['post']>> = {
  ok: true,
  class: 'ok',
  status: 200,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1 },
  remoteAddress: '127.0.0.1',
  responseHeaders: { date: new Date().toUTCString() },
  bodyExcerpt: 'ok',
  retryAfterMs: null,
  error: null,
};
const nullSink: Poster = { post: () => Promise.resolve(ANSWERED), close: () => Promise.resolve() };
const unrecorded: ResultRecorder = { record: () => Promise.resolve(true), wakeRetries: () => {}, count: () => Promise.resolve() };

/** A worker's reply path up to a rung, without Temporal. */
async function path(pool: Pool, rung: number, carrierId: string) {
  const secrets = createSecrets(SECRETS_KEY);
  const wake = createRunWaker({ pool, signal: () => Promise.resolve() });
  let born: ClaimedCallback[] = [];
  const file = createFiling({
    pool,
    log,
    hashPhone: await openPhoneHash(pool, secrets),
    sendMessages: () => {},
    oweMails: () => Promise.resolve(),
    first: { room: () => (rung >= 2 ? freshRoom : undefined), keep: (claims) => void (born = claims) },
  });
  const guard = createGuard({
    allowHttp: true,
    ports: 'any',
    allowCidrs: ['127.0.0.0/8'],
    denyCidrs: [],
    resolve: async () => [],
  });
  const poster = rung >= 3 ? createPoster({ guard }) : nullSink;
  const recorder = rung >= 4 ? createResultRecorder({ pool, log, wake, onCallbacksDue: () => {} }) : unrecorded;
  const { attempt } = createAttemptCallback({
    secrets,
    poster,
    uplink: createUplinkMonitor({ pool, log, worker: 'ladder' }),
    metrics: createProductMetrics(new Registry()),
    recorder,
    tracing: noTracing,
    schedule: CALLBACK_SCHEDULE,
  });
  return {
    close: () => recorder.count().then(poster.close),
    async take(from: string[], prefix: string): Promise<void> {
      const replies = from.map((phone, n) => {
        const body = Buffer.from(`${prefix}${n}`);
        const reply = { from: phone, to: SHORT_CODE, body, encoding: 'utf8', receivedAt: new Date() } as const;
        return readReply({ ...reply, precision: 'ours', externalId: null, part: null }, 'FR');
      });
      const ids = await insertReplies(pool, carrierId, replies);
      if (rung < 1) return;
      await file(ids, 'ladder');
      if (rung >= 2) await Promise.all(born.map(attempt));
    },
  };
}

/** WAL bytes and rows written so far. */
const writtenBy = async (databaseUrl: string) => {
  const sums = `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as wal, sum(n_tup_ins)::float8 as inserted,
    sum(n_tup_upd)::float8 as updated, sum(n_tup_hot_upd)::float8 as hot from pg_stat_user_tables`;
  const [found] = await ask(databaseUrl, sums, { wal: z.number(), inserted: z.number(), updated: z.number(), hot: z.number() });
  return found ?? { wal: 0, inserted: 0, updated: 0, hot: 0 };
};

/** Processor time and writes a reply. */
async function counted(
  { databaseUrl, pids }: Stack,
  rung: string,
  count: number,
  work: () => Promise<number | null>,
): Promise<Figure> {
  const [wrote, cpu, own] = [await writtenBy(databaseUrl), await cpuOf(pids), process.cpuUsage()];
  const trips = await work();
  const [used, mine] = [since(cpu, await cpuOf(pids)), process.cpuUsage(own)];
  await sleep(COUNTED_MS);
  const now = await writtenBy(databaseUrl);
  const { PostgreSQL, ...rest } = used;
  // The bench process is the worker of the lower rungs; for the engine it only feeds.
  const ours = trips === null ? rest.api + rest.worker : (mine.user + mine.system) / 1e6;
  const each = (sum: number): number => round(sum / count);
  const [inserted, updated] = [now.inserted - wrote.inserted, now.updated - wrote.updated];
  const hot = updated === 0 ? 0 : Math.round(((now.hot - wrote.hot) / updated) * 100);
  return {
    line: `a reply: ${rung}`,
    value: each((PostgreSQL + rest.Temporal + ours) * 1000),
    unit: 'core-ms',
    note: [
      `PostgreSQL ${each(PostgreSQL * 1000)}, Node ${each(ours * 1000)}, Temporal ${each(rest.Temporal * 1000)}`,
      `WAL ${Math.round((now.wal - wrote.wal) / count)} bytes`,
      `${each(inserted + updated)} row versions (${each(inserted)} inserted, ${each(updated)} updated, ${hot} % of them HOT)`,
      ...(trips === null ? [] : [`${each(trips)} round trips, ${round((trips / count) * PAGE)} a page of ${PAGE}`]),
    ].join('; '),
  };
}

/** A pool that counts its round trips. */
function countingPool(connectionString: string): { pool: Pool; trips: () => number } {
  const pool = new Pool({ connectionString, max: 8 });
  let trips = 0;
  pool.on('connect', (client: PoolClient) => {
    client.query = new Proxy(client.query, {
      apply: (query, self, args) => (trips++, Reflect.apply(query, self, args)),
    });
  });
  return { pool, trips: () => trips };
}

/** The cost that each step of the reply path adds; each rung includes those before it. */
export const ladderBench: Bench = {
  name: 'ladder',
  stack: { receipts: null, window: 100, endpointLatencyMs: 5, env: { SECRETS_KEY } },
  async measure(stack, say) {
    const { world, databaseUrl, pids } = stack;
    const from = inTurn(await populate(stack, { count: ENDPOINTS, phonesEach: 50 }));
    await exchange(world, { from, count: 400, prefix: 'warm ', perSecond: ENGINE.perSecond });
    await sleep(COUNTED_MS);
    say('the engine');
    const engine = await counted(stack, `+ engine, at ${ENGINE.perSecond}/s`, ENGINE.count, async () => {
      await exchange(world, { from, ...ENGINE, prefix: 'engine ' });
      return null;
    });
    await sleep(COUNTED_MS);

    // Stopped, so that no worker takes the rows below.
    const processes = [pids.api, ...pids.workers];
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    const { pool, trips } = countingPool(databaseUrl);
    const figures: Figure[] = [];
    try {
      const { rows } = await pool.query<{ id: string }>('select id from carriers limit 1');
      for (const [index, rung] of RUNGS.entries()) {
        say(rung);
        const { take, close } = await path(pool, index, rows[0]?.id ?? '');
        for (const n of [0, 1]) await take(from.slice(0, PAGE), `rung ${index} warm ${n} `);
        await pool.query(`update replies set filed_at = now() where filed_at is null`);
        await pool.query(`update deliveries set state = 'delivered', delivered_at = now() where state <> 'delivered'`);
        await sleep(COUNTED_MS);
        const before = trips();
        const climb = async (): Promise<number> => {
          for (let n = 0; n < REPLIES; n += PAGE) await take(from.slice(n, n + PAGE), `rung ${index} page ${n} `);
          return trips() - before;
        };
        figures.push(await counted(stack, rung, REPLIES, climb));
        await close();
      }
    } finally {
      await pool.end();
      for (const pid of processes) process.kill(pid, 'SIGCONT');
    }
    return [...figures, engine];
  },
};
