/**
 * A line of an operator's routing table: who may carry what. Null means any. The lowest `priority` goes first; carriers of the same
 * priority divide what there is by `share`, and a share of 0 is only for when the others can't.
 */
export type RouteRule = {
  carrierId: string;
  country: string | null;
  accountId: string | null;
  priority: number;
  share: number;
};

/** A message to be carried. `turn` spreads recipients over carriers that share: any integer from 0. */
export type Carried = { accountId: string; country: string; turn: number };

/**
 * The carriers that may carry it, in the order in which they are to be tried. What is said of an account comes before what is said of a
 * country, and that before what is said of all; carriers that are not `up` come last, in the same order.
 */
export function carriersFor(rules: readonly RouteRule[], carried: Carried, isUp: (carrierId: string) => boolean): string[] {
  const matching = rules.filter(
    ({ accountId, country }) =>
      (accountId === null || accountId === carried.accountId) && (country === null || country === carried.country),
  );
  const tiers = Map.groupBy(matching, (rule) => `${4 - specificity(rule)} ${String(rule.priority).padStart(6, '0')}`);
  const ordered = [...tiers.keys()].toSorted().flatMap((key) => shared(tiers.get(key) ?? [], carried.turn));
  const carriers = [...new Set(ordered.map(({ carrierId }) => carrierId))];
  return [...carriers.filter(isUp), ...carriers.filter((carrierId) => !isUp(carrierId))];
}

const specificity = ({ accountId, country }: RouteRule): number => (accountId === null ? 0 : 2) + (country === null ? 0 : 1);

/** Who is first is by share, spread evenly; the others follow by what they have. */
function shared(rules: readonly RouteRule[], turn: number): RouteRule[] {
  const all = rules.toSorted((a, b) => b.share - a.share || (a.carrierId < b.carrierId ? -1 : 1));
  const total = all.reduce((sum, { share }) => sum + share, 0);
  if (total === 0 || all.length === 1) return all;
  // Multiples of the golden ratio fall evenly into any division of the unit.
  let left = ((turn * 0.618_033_988_749_895) % 1) * total;
  const first = all.find(({ share }) => (left -= share) < 0) ?? all[0];
  return first ? [first, ...all.filter((rule) => rule !== first)] : all;
}
