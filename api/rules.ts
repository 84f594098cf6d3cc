import { rows } from '../database/sql.ts';
import type { PoolNumber, RouteName, Rules } from '../domain/sender-policy.ts';
import type { ApiServices } from './services.ts';

/** What a plan for this account on this route is made by: the first carrier of the route, its numbers, and those the account rents. */
export async function rulesFor({ db }: Pick<ApiServices, 'db'>, account: Rules['account'], route: RouteName): Promise<Rules> {
  const [carrier] = await rows<{ id: string }>(db.pool, 'select id from carriers where route = $1 order by id limit 1', [route]);
  const numbers = carrier
    ? await rows<PoolNumber>(
        db.pool,
        `select number, carrier_id as "carrierId", kind, country, account_id as renter, port from numbers
         where carrier_id = $1 or (account_id = $2 and kind = 'virtual') order by id`,
        [carrier.id, account.id],
      )
    : [];
  return { account, carrier: carrier ? { id: carrier.id, numbers } : null };
}
