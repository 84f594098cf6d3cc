/** The price of a segment of one route for an account, in millionths, by country; `*` for those without a price of their own. */
export type SegmentPrices = { own: Readonly<Record<string, number>>; general: Readonly<Record<string, number>> };

/** An account's own price comes before everybody's, a country's before `*`. Null: no price is set. */
export const segmentPrice = ({ own, general }: SegmentPrices, country: string): number | null =>
  own[country] ?? own['*'] ?? general[country] ?? general['*'] ?? null;

/** Null when no message has a price. */
export function totalCost(messages: readonly { costMicros: number | null }[]): number | null {
  let total: number | null = null;
  for (const { costMicros } of messages) if (costMicros !== null) total = (total ?? 0) + costMicros;
  return total;
}
