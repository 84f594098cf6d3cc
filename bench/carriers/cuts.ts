import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { newId } from '../../database/ids.ts';
import { openDatabase } from '../../database/orm.ts';
import { createSecrets } from '../../database/secrets.ts';
import { rows } from '../../database/sql.ts';
import { startSmsc } from '../../dev/simulator/smsc.ts';
import { startScratch } from '../stage/scratch.ts';

export type CutsOptions = {
  databaseUrl: string;
  /** Connections cut under load, holders killed, and how long one is stopped. */
  cuts: number;
  kills: number;
  stallSeconds: number;
  say?: (line: string) => void;
};
/** `lost`: said to be out, and never taken. `stuck`: neither out nor in doubt at the end. */
export type CutsReport = {
  messages: number;
  inDoubt: number;
  /** The most messages in doubt after one cut, kill or stall, and how many there may be: everybody's window. */
  mostInDoubtAtOnce: number;
  mostInDoubtAllowed: number;
  twice: number;
  lost: number;
  stuck: number;
  mostBound: number;
  refusedWithoutStall: number;
  takeoversMs: number[];
};

const SENDER = fileURLToPath(new URL('./cuts-sender.ts', import.meta.url));
export const WINDOW = 50;
export const BINDS = 2;
const PAGE = 2000;

/** Two processes share a carrier's two binds, on two hosts of one account, while lines are cut, holders killed and stopped; then every message is looked at. */
export async function runCuts({ databaseUrl, cuts, kills, stallSeconds, say = () => {} }: CutsOptions): Promise<CutsReport> {
  await using stack = new AsyncDisposableStack();
  await using smsc = await startSmsc({
    systemId: 'cuts',
    password: 'cuts',
    maxBinds: BINDS,
    hosts: 2,
    silentMs: 3000,
    remember: 10_000_000,
  });
  const db = await openDatabase({ url: databaseUrl, poolMax: 4 });
  stack.defer(() => db.close());
  const secretsKey = randomBytes(32).toString('base64');
  const carrierId = await storeCarrier(db.pool, smsc.ports, secretsKey);

  let mostBound = 0;
  const watching = setInterval(() => (mostBound = Math.max(mostBound, smsc.bound())), 5);
  stack.defer(() => clearInterval(watching));

  const senders = new Map<string, ChildProcess>();
  async function start(): Promise<void> {
    const holder = `sender ${newId()}`;
    const child = fork(SENDER, [JSON.stringify({ databaseUrl, secretsKey, holder })], { execArgv: ['--import', 'tsx'] });
    senders.set(holder, child);
    await once(child, 'message');
  }
  stack.defer(async () => {
    for (const child of senders.values()) child.kill('SIGKILL');
    const living = [...senders.values()].filter((child) => child.exitCode === null && child.signalCode === null);
    await Promise.all(living.map((child) => once(child, 'exit')));
  });

  let loading = true;
  let messages = 0;
  const feeding = (async () => {
    while (loading) {
      const [row] = await rows<{ count: number }>(db.pool, `select count(*)::int as count from messages where state = 'queued'`);
      if ((row?.count ?? 0) < PAGE) messages += await store(db.pool, carrierId, messages);
      await sleep(50);
    }
  })();
  const holders = async () =>
    (await rows<{ holder: string }>(db.pool, 'select holder from carrier_slots where lease_until > now()')).map(
      (row) => row.holder,
    );
  const sending = async (): Promise<void> => {
    const { submits } = smsc.counts;
    const end = performance.now() + 40_000;
    while (smsc.bound() < BINDS || smsc.counts.submits < submits + WINDOW * BINDS) {
      if (performance.now() > end) throw new Error('Nothing is sent any more');
      await sleep(10);
    }
  };

  let doubts = 0;
  let mostInDoubtAtOnce = 0;
  const countDoubts = async (): Promise<void> => {
    const [row] = await rows<{ count: number }>(db.pool, `select count(*)::int as count from messages where state = 'in_doubt'`);
    mostInDoubtAtOnce = Math.max(mostInDoubtAtOnce, (row?.count ?? 0) - doubts);
    doubts = row?.count ?? 0;
  };

  await start();
  await start();
  await sending();
  for (let n = 1; n <= cuts; n++) {
    // One host, the other, both.
    smsc.cut(n % 3 === 0 ? undefined : (n % 3) - 1);
    await sending();
    await countDoubts();
    if (n % 20 === 0) say(`${n} cuts, ${smsc.counts.submits} submitted`);
  }
  const takeoversMs: number[] = [];
  const replace = async (what: 'SIGKILL' | 'SIGSTOP'): Promise<ChildProcess | undefined> => {
    const [holder = ''] = await holders();
    const child = senders.get(holder);
    senders.delete(holder);
    const begun = performance.now();
    child?.kill(what);
    await start();
    while ((await holders()).some((each) => each === holder) || (await holders()).length < BINDS) await sleep(20);
    await sending();
    await countDoubts();
    takeoversMs.push(Math.round(performance.now() - begun));
    say(`${what}: sending again after ${takeoversMs.at(-1)} ms`);
    return child;
  };
  for (let n = 0; n < kills; n++) await replace('SIGKILL');
  const refusedWithoutStall = smsc.counts.refusedBinds;
  if (stallSeconds > 0) {
    const begun = performance.now();
    const stopped = await replace('SIGSTOP');
    if (stopped) senders.set('stopped', stopped);
    await sleep(Math.max(0, stallSeconds * 1000 - (performance.now() - begun)));
    stopped?.kill('SIGCONT');
    await sleep(3000);
    await sending();
    await countDoubts();
  }

  loading = false;
  await feeding;
  await atRest(db.pool);
  await countDoubts();
  const states = await rows<{ to: string; state: string }>(db.pool, 'select to_number as "to", state from messages');
  const taken = Map.groupBy(smsc.submitted, ({ to }) => to);
  return {
    messages,
    inDoubt: states.filter(({ state }) => state === 'in_doubt').length,
    mostInDoubtAtOnce,
    mostInDoubtAllowed: WINDOW * BINDS,
    twice: [...taken.values()].filter((each) => each.length > 1).length,
    lost: states.filter(({ to, state }) => state === 'accepted' && !taken.has(to)).length,
    stuck: states.filter(({ state }) => state !== 'accepted' && state !== 'in_doubt').length,
    mostBound,
    refusedWithoutStall,
    takeoversMs,
  };
}

async function storeCarrier(pool: Pool, [port, ...others]: number[], secretsKey: string): Promise<string> {
  const id = newId();
  const settings = {
    host: '127.0.0.1',
    port,
    otherHosts: others.map((each) => ({ host: '127.0.0.1', port: each })),
    systemId: 'cuts',
    window: WINDOW,
    maxBinds: BINDS,
    reconnectMinMs: 20,
    reconnectMaxMs: 500,
  };
  const sealed = createSecrets(secretsKey).seal(JSON.stringify({ password: 'cuts' }));
  await rows(
    pool,
    `insert into carriers (id, name, type, route, settings, secrets, slots, created_at) values ($1, 'cuts', 'smpp', 'premium', $2, $3, $4, now())`,
    [id, JSON.stringify(settings), sealed, BINDS],
  );
  return id;
}

async function store(pool: Pool, carrierId: string, from: number): Promise<number> {
  await rows(
    pool,
    `insert into messages (id, account_id, carrier_id, to_number, sender, text, segments, two_way, simulation, state)
     select uuidv7(), $1, $1, '+336' || lpad(n::text, 8, '0'), '36111', 'Bonjour', 1, true, false, 'queued' from generate_series($2::int, $2::int + ${PAGE} - 1) n`,
    [carrierId, from],
  );
  return PAGE;
}

async function atRest(pool: Pool): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const open = await rows(pool, `select 1 from messages where state in ('queued', 'submitting') limit 1`);
    if (open.length === 0 || performance.now() > end) return;
    await sleep(100);
  }
}

if (import.meta.main) {
  await using postgres = await startScratch();
  console.log(await runCuts({ databaseUrl: postgres.url, cuts: 200, kills: 20, stallSeconds: 30, say: console.error }));
}
