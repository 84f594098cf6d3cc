/**
 * The codes by which somebody awaits a reply from one phone, each with when another account last sent by it, in ms since 1970:
 * `Infinity` for what is still to go, null where no account but the own one did.
 */
export type BusyCodes = ReadonlyMap<string, number | null>;

const FREE = -2;
const OWN = -1;

const rankOf = (code: string, busy: BusyCodes): number => (busy.has(code) ? (busy.get(code) ?? OWN) : FREE);

/**
 * The number of a pool that a message goes out by: the one whose turn it is, or the next that nobody awaits a reply by from that
 * phone. When all are taken, the next that only the own account took: a reply is then its own. Else the one where another account
 * has been silent for longest: its window ends first.
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
