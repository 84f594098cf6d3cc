/**
 * Whether most hosts fail at once because our own line or name servers do. A host is one witness however many endpoints it
 * has, and one that was failing before says nothing new. Times are of a clock that never jumps, in ms.
 */
export type Witness = { ok: boolean; at: number; /** Since when it fails. */ failingSince: number | null };

export const CLOSE_MS = 10_000;
const ENOUGH_HOSTS = 5;
/** While it is down a few hosts are tried this often. */
export const CANARY_EVERY_MS = 2000;
export const CANARIES = 5;

export function witness(before: Witness | undefined, ok: boolean, at: number): Witness {
  if (ok) return { ok, at, failingSince: null };
  return { ok, at, failingSince: before && !before.ok ? before.failingSince : at };
}

/** `transport`: the hosts' last attempts, where failing means by transport: the name, the route or the connection. */
export function uplinkIsDown(hosts: Iterable<Witness>, now: number): boolean {
  let [said, failing] = [0, 0];
  for (const { ok, at, failingSince } of hosts) {
    if (now - at > CLOSE_MS || (failingSince !== null && now - failingSince > CLOSE_MS)) continue;
    said++;
    if (!ok) failing++;
  }
  return said >= ENOUGH_HOSTS && failing * 2 > said;
}

/** While it is down, `hosts` are those tried since: it is up when at least half of the last ones answered. */
export function uplinkIsUp(hosts: Iterable<Witness>, now: number): boolean {
  let [said, ok] = [0, 0];
  for (const each of hosts) {
    if (now - each.at > CLOSE_MS) continue;
    said++;
    if (each.ok) ok++;
  }
  return ok > 0 && ok * 2 >= said;
}

const TRANSPORT = new Set(['dns', 'refused']);

/** Whether an attempt never reached a receiver. A timeout or a reset counts where no connection stood. */
export const failedByTransport = (kind: string, connected: boolean): boolean =>
  TRANSPORT.has(kind) || (!connected && (kind === 'timeout' || kind === 'reset'));
