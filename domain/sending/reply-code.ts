/**
 * Codes that await a reply from a phone, with another account's last send in ms: `Infinity` if still to go, null if only the own
 * account uses it.
 */
export type BusyCodes = ReadonlyMap<string, number | null>;

const FREE = -2;
const OWN = -1;

const rankOf = (code: string, busy: BusyCodes): number => (busy.has(code) ? (busy.get(code) ?? OWN) : FREE);

/**
 * Picks a number of the pool: the next by turn without an awaited reply from that phone, else one that only the own account
 * awaits by, else the one where another account's window ends first.
 */
export function pickCode<T extends { number: string }>(pool: readonly T[], turn: number, busy?: BusyCodes): T | undefined {
  let best = pool[turn % pool.length];
  if (!busy || !best) return best;
  let lowest = rankOf(best.number, busy);
  for (let step = 1; step < pool.length && lowest > FREE; step++) {
    const next = pool[(turn + step) % pool.length];
    const rank = next && rankOf(next.number, busy);
    if (rank === undefined || rank >= lowest) continue;
    best = next;
    lowest = rank;
  }
  return best;
}
