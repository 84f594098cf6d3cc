import { codesInUse } from '../database/sending/codes-in-use.ts';
import { SHORT_CODE } from '../database/carriers/carrier.ts';
import { currentRules } from '../database/numbers/country-rule.ts';
import { segmentPrices } from '../database/numbers/price.ts';
import { spendingOf } from '../database/sending/spend-limits.ts';
import { rows, type Sql } from '../database/sql.ts';
import type { SegmentPrices } from '../domain/campaigns/cost.ts';
import type { CountryAnswers } from '../domain/numbers/country-rules.ts';
import type { BusyCodes } from '../domain/sending/reply-code.ts';
import type { Routing } from '../domain/sending/routed-sender.ts';
import { roomOf, type Room } from '../domain/sending/spend-limit.ts';
import { DEFAULT_POLICIES, type Policies } from '../domain/sending/policies.ts';
import type { PoolNumber, RouteName, Rules } from '../domain/sending/sender-policy.ts';
import { loadRouting } from './load-routing.ts';
import type { PlanningDeps } from './plan.ts';

export type PlanRules = Rules & {
  countries: CountryAnswers;
  routing?: Routing;
  /** Of all possible carriers. */
  numbers: PoolNumber[];
  policies: Pick<
    Policies,
    | 'quietHours'
    | 'quietPreset'
    | 'lowcostMarketing'
    | 'landlines'
    | 'stopMention'
    | 'missingStop'
    | 'brandRegistration'
    | 'genericSenders'
    | 'senderOverrides'
  >;
  /** Sender IDs confirmed for the account, folded. */
  brands: ReadonlySet<string>;
  /** Number for STOP from France without a reply number; not in the pool. */
  stopNumber: string | null;
  /** What the account may spend at a time. */
  room: (at: Date) => Promise<Room>;
  prices: (at: Date) => Promise<SegmentPrices>;
  /** Codes in use towards these phones at a time. */
  codesInUse: (phones: readonly string[], at: Date) => Promise<Map<string, BusyCodes>>;
  /** Phones on earlier pages of the list. */
  listedBefore?: (phones: readonly string[]) => Promise<ReadonlySet<string>>;
};

/** Loads what planning needs: carriers (the route's first, or the routing table's), their numbers and the account's. */
export async function loadPlanRules(
  { db, stopNumber = null }: Pick<PlanningDeps, 'db' | 'stopNumber'>,
  account: Rules['account'],
  route: RouteName,
  sql: Sql = db.pool,
): Promise<PlanRules> {
  const [carrier] = await rows<{ id: string; shortCode: 'ours' | 'operator'; countries: string[] | null }>(
    sql,
    `select id, ${SHORT_CODE} as "shortCode", settings->'simCountries' as countries from carriers where route = $1 order by id limit 1`,
    [route],
  );
  const numbersOf = (carrierId: string): Promise<PoolNumber[]> =>
    rows<PoolNumber>(
      sql,
      `select number, carrier_id as "carrierId", kind, country, account_id as renter, port from numbers
       where carrier_id = $1 or (account_id = $2 and kind = 'virtual') order by id`,
      [carrierId, account.id],
    );
  const own = carrier ? await numbersOf(carrier.id) : [];
  const routing = await loadRouting(sql, account.id, route, numbersOf);
  const numbers = routing ? routing.carriers.flatMap((each) => each.numbers) : own;
  const replied = <T extends { numbers: PoolNumber[] }>(of: T): T => ({
    ...of,
    numbers: of.numbers.filter(({ number }) => number !== stopNumber),
  });
  const countries = await currentRules(sql, route);
  const confirmed = await rows<{ folded: string }>(
    sql,
    `select folded from brands where account_id = $1 and state = 'confirmed'`,
    [account.id],
  );
  const [policies = DEFAULT_POLICIES] = await rows<PlanRules['policies']>(
    sql,
    'select quiet_hours as "quietHours", quiet_preset as "quietPreset", lowcost_marketing as "lowcostMarketing", landlines, stop_mention as "stopMention", missing_stop as "missingStop", brand_registration as "brandRegistration", generic_senders as "genericSenders", sender_overrides as "senderOverrides" from account_policies where account_id = $1',
    [account.id],
  );
  return {
    account,
    carrier: carrier ? replied({ ...carrier, numbers: own }) : null,
    ...(routing ? { routing: { ...routing, carriers: routing.carriers.map(replied) } } : {}),
    numbers,
    countries: Object.fromEntries(countries.map(({ country, canReply }) => [country, canReply])),
    policies,
    brands: new Set(confirmed.map(({ folded }) => folded)),
    stopNumber,
    ...readsOf(sql, { account: account.id, route, codes: numbers }),
  };
}

type Asked = {
  account: string;
  route: RouteName;
  codes: PoolNumber[];
  /** The campaign whose codes do not count as taken. */
  except?: string;
};

/** What a plan reads of its own time and phones, on that connection. */
export const readsOf = (
  sql: Sql,
  { account, route, codes, except }: Asked,
): Pick<PlanRules, 'room' | 'prices' | 'codesInUse'> => ({
  room: async (at) => roomOf(await spendingOf(sql, account), at),
  prices: (at) => segmentPrices(sql, account, route, at),
  codesInUse: (phones, at) => codesInUse(sql, { account, phones, codes, at, ...(except ? { except } : {}) }),
});
