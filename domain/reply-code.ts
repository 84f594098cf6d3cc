/**
 * The number of a pool that a message goes out by: the one whose turn it is, or the next that nobody awaits a reply by from that
 * phone. When all are taken it is the one whose turn it is, and a reply may be ambiguous.
 */
export function pickCode<T extends { number: string }>(
  pool: readonly T[],
  turn: number,
  busy?: ReadonlySet<string>,
): T | undefined {
  const usual = pool[turn % pool.length];
  if (!busy || !usual || !busy.has(usual.number)) return usual;
  for (let step = 1; step < pool.length; step++) {
    const next = pool[(turn + step) % pool.length];
    if (next && !busy.has(next.number)) return next;
  }
  return usual;
}
