import { segmentPrices } from '../../database/numbers/price.ts';
import { spendingOf } from '../../database/sending/spend-limits.ts';
import { segmentPrice } from '../../domain/campaigns/cost.ts';
import type { RouteName } from '../../domain/sending/sender-policy.ts';
import { lower, roomOf } from '../../domain/sending/spend-limit.ts';
import type { ApiServices } from '../services.ts';

const MICROS = 1_000_000;

export const euros = (micros: number): number => Math.max(0, micros) / MICROS;

/** Credit in millionths: the rest of the account's tightest limit, else the installation's figure. */
export const shownCredit = ({ unlimitedCredit }: ApiServices, left: number | null): number => left ?? unlimitedCredit * MICROS;

export async function creditOf(services: ApiServices, accountId: string): Promise<number> {
  const { day, month } = roomOf(await spendingOf(services.db.pool, accountId), new Date());
  return Math.max(0, shownCredit(services, lower(day, month)));
}

/** Segments that a credit pays for to a country; without a price, its euros. */
export async function segmentsFor(
  { db }: ApiServices,
  accountId: string,
  credit: number,
  { route, country }: { route: RouteName; country: string },
): Promise<number> {
  const price = segmentPrice(await segmentPrices(db.pool, accountId, route, new Date()), country);
  return price === null || price === 0 ? euros(credit) : credit / price;
}
