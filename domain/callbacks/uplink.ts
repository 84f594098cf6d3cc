/**
 * Detects that most hosts fail at once because of our own uplink or name servers. Each host counts once; one that failed before
 * says nothing. Times are monotonic.
 */
export type Witness = { ok: boolean; at: number; failingSince: number | null };

export const CLOSE_MS = 10_000;
const ENOUGH_HOSTS = 5;
/** Interval of trying a few hosts while down. */
export const CANARY_EVERY_MS = 2000;
export const CANARIES = 5;

export function witness(before: Witness | undefined, ok: boolean, at: number): Witness {
  if (ok) return { ok, at, failingSince: null };
  return { ok, at, failingSince: before && !before.ok ? before.failingSince : at };
}

/** `hosts`: last attempts; failing means by transport (name, route or connection). */
export function uplinkIsDown(hosts: Iterable<Witness>, now: number): boolean {
  let [said, failing] = [0, 0];
  for (const { ok, at, failingSince } of hosts) {
    if (now - at > CLOSE_MS || (failingSince !== null && now - failingSince > CLOSE_MS)) continue;
    said++;
    if (!ok) failing++;
  }
  return said >= ENOUGH_HOSTS && failing * 2 > said;
}

/** Up when at least half of the latest hosts tried since have answered. */
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

/** Whether an attempt never reached a receiver; timeouts and resets count only without a connection. */
export const failedByTransport = (kind: string, connected: boolean): boolean =>
  TRANSPORT.has(kind) || (!connected && (kind === 'timeout' || kind === 'reset'));
