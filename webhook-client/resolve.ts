import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** All addresses, IPv4 first. Rejects with the resolver's error. */
export type Resolve = (host: string) => Promise<string[]>;

const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';
const ASK_MS = 1500;
const ASK_TIMES = 2;
const TOTAL_MS = 4000;
/** How long an IPv4 answer waits for the IPv6 one. */
const LATE_ANSWER_MS = 300;
/**
 * Queries per millisecond: after an outage thousands start at once, and would overflow a name server's socket. Slow answers delay
 * nobody.
 */
const ASKED_IN_A_MS = 2;

/**
 * Queries the name servers directly (`servers` as `address` or `address:port`; default the machine's). The system lookup uses one
 * of four threads shared by the process: one customer's slow name servers would block all.
 */
export function createResolve({ servers = [], hosts = readHosts() }: { servers?: string[]; hosts?: Hosts } = {}): Resolve {
  const resolver = new Resolver({ timeout: ASK_MS, tries: ASK_TIMES });
  if (servers.length > 0) resolver.setServers(servers);

  async function ask(host: string): Promise<string[]> {
    const six = answer(resolver.resolve6(host));
    const four = await answer(resolver.resolve4(host));
    const late = four.addresses.length > 0 ? await Promise.race([six, sleep(LATE_ANSWER_MS, nothing)]) : await six;
    const addresses = [...four.addresses, ...late.addresses];
    if (addresses.length > 0) return addresses;
    throw hasNone(four.error) ? (late.error ?? four.error) : four.error;
  }

  let asked = 0;
  let turns: Promise<unknown> = Promise.resolve();
  /** Chained, not timed: after a suspension timed turns would all be due at once. */
  function turn(): Promise<unknown> {
    if (++asked % ASKED_IN_A_MS === 0) turns = turns.then(() => sleep(1));
    return turns;
  }

  async function askInTime(host: string): Promise<string[]> {
    await turn();
    const timer = new AbortController();
    try {
      return await Promise.race([ask(host), sleep(TOTAL_MS, [], { signal: timer.signal }).then(tooLate)]);
    } finally {
      timer.abort();
    }
  }

  /** Concurrent requests for a name share its answer. */
  const asking = new Map<string, Promise<string[]>>();
  return (name) => {
    const host = name.toLowerCase().replace(/\.$/, '');
    const known = hosts.get(host);
    if (known) return Promise.resolve(known);
    if (host === 'localhost' || host.endsWith('.localhost')) return Promise.resolve(['127.0.0.1', '::1']);
    const answered = asking.get(host) ?? askInTime(host).finally(() => asking.delete(host));
    asking.set(host, answered);
    return answered;
  };
}

type Hosts = ReadonlyMap<string, string[]>;

function readHosts(): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of readQuietly(HOSTS_FILE).split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names.map((each) => each.toLowerCase())) hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
  return hosts;
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

type Answer = { addresses: string[]; error: unknown };
const nothing: Answer = { addresses: [], error: null };

const answer = (asked: Promise<string[]>): Promise<Answer> =>
  asked.then(
    (addresses) => ({ addresses, error: null }),
    (error: unknown) => ({ addresses: [], error }),
  );

const hasNone = (error: unknown): boolean =>
  error === null || (error instanceof Error && 'code' in error && (error.code === 'ENODATA' || error.code === 'ENOTFOUND'));

const tooLate = (): never => {
  throw Object.assign(new Error('the name servers did not answer in time'), { code: 'ETIMEOUT' });
};
