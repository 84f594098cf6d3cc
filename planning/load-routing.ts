import { CARRIER_UP } from '../database/carriers/carrier-health.ts';
import { SHORT_CODE } from '../database/carriers/carrier.ts';
import { rows, type Sql } from '../database/sql.ts';
import type { Routing } from '../domain/sending/routed-sender.ts';
import type { RouteRule } from '../domain/carriers/routing.ts';
import type { PoolNumber, RouteName } from '../domain/sending/sender-policy.ts';

type Line = RouteRule & { up: boolean; shortCode: 'ours' | 'operator'; countries: string[] | null };

/** Routing of a route for this account; undefined without any. */
export async function loadRouting(
  sql: Sql,
  accountId: string,
  route: RouteName,
  numbersOf: (carrierId: string) => Promise<PoolNumber[]>,
): Promise<Routing | undefined> {
  const lines = await rows<Line>(
    sql,
    `select r.carrier_id as "carrierId", r.country, r.account_id as "accountId", r.priority, r.share, ${CARRIER_UP} as up, ${SHORT_CODE} as "shortCode",
       c.settings->'simCountries' as countries
     from routes r join carriers c on c.id = r.carrier_id where r.route = $1 and (r.account_id is null or r.account_id = $2) order by r.id`,
    [route, accountId],
  );
  if (lines.length === 0) return undefined;
  const named = new Map(lines.map(({ carrierId, up, shortCode, countries }) => [carrierId, { up, shortCode, countries }]));
  const carriers = await Promise.all([...named].map(async ([id, line]) => ({ id, ...line, numbers: await numbersOf(id) })));
  return { rules: lines, carriers };
}
