/**
 * A rule of the routing table; null matches any. The lowest `priority` goes first; equal ones divide by `share`, and share 0 is a
 * fallback.
 */
export type RouteRule = {
  carrierId: string;
  country: string | null;
  accountId: string | null;
  priority: number;
  share: number;
};

/** `turn` spreads recipients over shares: any integer from 0. */
export type Carried = { accountId: string; country: string; turn: number };

/** Carriers to try, in order: an account's rules before a country's before general ones; those not `up` last. */
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

/** The first by share, evenly spread; then by size of share. */
function shared(rules: readonly RouteRule[], turn: number): RouteRule[] {
  const all = rules.toSorted((a, b) => b.share - a.share || (a.carrierId < b.carrierId ? -1 : 1));
  const total = all.reduce((sum, { share }) => sum + share, 0);
  if (total === 0 || all.length === 1) return all;
  // Multiples of the golden ratio spread evenly.
  let left = ((turn * 0.618_033_988_749_895) % 1) * total;
  const first = all.find(({ share }) => (left -= share) < 0) ?? all[0];
  return first ? [first, ...all.filter((rule) => rule !== first)] : all;
}
