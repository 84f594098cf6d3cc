import { QUARANTINE_MS, TOLD_BEFORE_MS } from '../../domain/numbers/rental.ts';
import { monthPrice } from './price.ts';
import { affected, rows, type Sql } from '../sql.ts';

/** A number as (potential) renters see it. `micros`: their monthly price, null without one. */
export type RentedNumber = {
  id: string;
  number: string;
  kind: 'short-code' | 'virtual' | 'sim';
  country: string;
  rentedAt: Date | null;
  rentedUntil: Date | null;
  renews: boolean;
  micros: string | null;
};

/** `n` is the number, `account` an SQL expression. */
const columns = (account: string): string => `n.id, n.number, n.kind, n.country, n.rented_at as "rentedAt",
  n.rented_until as "rentedUntil", n.renews, (${monthPrice({ account, country: 'n.country', at: 'now()' })}) as micros`;

/** Rentable by `$1`: free, and not in another's quarantine. */
const FREE = `n.kind = 'virtual' and n.account_id is null
  and (n.released_at is null or n.last_account_id = $1 or n.released_at < now() - interval '${QUARANTINE_MS} milliseconds')`;

export const rentedBy = (sql: Sql, account: string, { id = null, after = null, limit }: Span): Promise<RentedNumber[]> =>
  rows<RentedNumber>(
    sql,
    `select ${columns('$1')} from numbers n where n.account_id = $1 and ($2::uuid is null or n.id = $2) and ($3::uuid is null or n.id > $3)
     order by n.id limit $4`,
    [account, id, after, limit],
  );
type Span = { id?: string | null; after?: string | null; limit: number };

export const onOffer = (
  sql: Sql,
  account: string,
  { countries = null, after = null, limit }: { countries?: string[] | null; after?: string | null; limit: number },
): Promise<RentedNumber[]> =>
  rows<RentedNumber>(
    sql,
    `select ${columns('$1')} from numbers n where ${FREE} and ($2::text[] is null or n.country = any($2)) and ($3::uuid is null or n.id > $3)
     order by n.id limit $4`,
    [account, countries, after, limit],
  );

/** Calendar months after a date, whatever their lengths. */
const monthsAfter = (since: string, months: string): string =>
  `((${since} at time zone 'UTC') + make_interval(months => ${months})) at time zone 'UTC'`;

type Asked = { account: string; number: string | null; country: string | null; renews: boolean };
/** Rents the given number, or any of a country, for a month; undefined when none is free. */
export async function rentNumber(sql: Sql, { account, number, country, renews }: Asked): Promise<RentedNumber | undefined> {
  const [rented] = await rows<RentedNumber>(
    sql,
    `with chosen as (
       select n.id from numbers n where ${FREE} and ($2::text is null or n.number = $2) and ($3::text is null or n.country = $3)
       order by n.released_at nulls first, n.id limit 1 for update skip locked
     ), n as (
       update numbers u set account_id = $1, rented_at = now(), rented_until = ${monthsAfter('now()', '1')}, rent_months = 1,
         renews = $4, told_expiring_at = null
       from chosen where u.id = chosen.id returning u.*
     ), charged as (
       insert into number_charges (number_id, since, until, account_id, micros)
       select n.id, n.rented_at, n.rented_until, $1, price.micros
       from n cross join lateral (${monthPrice({ account: '$1', country: 'n.country', at: 'n.rented_at' })}) as price
     )
     select ${columns('$1')} from n`,
    [account, number, country, renews],
  );
  return rented;
}

/** Whether a campaign from that number is not over. */
export async function isSending(sql: Sql, account: string, id: string): Promise<boolean> {
  const [found] = await rows<{ sending: boolean }>(
    sql,
    `select exists (select from campaigns c where c.account_id = $1 and c.sender = n.number and c.ended_at is null
       and c.state in ('launched', 'paused')) as sending from numbers n where n.id = $2 and n.account_id = $1`,
    [account, id],
  );
  return found?.sending ?? false;
}

const RELEASED = `last_account_id = account_id, released_at = now(), account_id = null, rented_at = null, rented_until = null,
  rent_months = 0, renews = true, told_expiring_at = null`;

/** Ends a rental, if `account` (null: any) is the renter. Returns whose it was. */
export async function releaseNumber(
  sql: Sql,
  id: string,
  account: string | null,
): Promise<{ number: string; accountId: string } | undefined> {
  const [released] = await rows<{ number: string; accountId: string }>(
    sql,
    `update numbers set ${RELEASED} where id = $1 and kind = 'virtual' and account_id is not null and ($2::uuid is null or account_id = $2)
     returning number, last_account_id as "accountId"`,
    [id, account],
  );
  return released;
}

/** False when the account does not rent it. */
export const setRenews = async (sql: Sql, account: string, id: string, renews: boolean): Promise<boolean> =>
  (await affected(sql, 'update numbers set renews = $3, told_expiring_at = null where id = $1 and account_id = $2', [
    id,
    account,
    renews,
  ])) === 1;

export type Ending = { number: string; accountId: string; at: Date };

const due = (
  where: string,
): string => `select id from numbers where kind = 'virtual' and account_id is not null and rented_until is not null
  and ${where} order by id limit $1 for update skip locked`;

export const tellExpiring = (sql: Sql, limit: number): Promise<Ending[]> =>
  rows<Ending>(
    sql,
    `update numbers n set told_expiring_at = now()
     from (${due(`not renews and told_expiring_at is null and rented_until < now() + interval '${TOLD_BEFORE_MS} milliseconds' and rented_until > now()`)}) as due
     where n.id = due.id returning n.number, n.account_id as "accountId", n.rented_until as at`,
    [limit],
  );

/** Renews due rentals by a month, charged at its first day's price. `at`: the new end. */
export const renewDue = (sql: Sql, limit: number): Promise<Ending[]> =>
  rows<Ending>(
    sql,
    `with n as (
       update numbers u set rent_months = u.rent_months + 1, rented_until = ${monthsAfter('u.rented_at', 'u.rent_months + 1')}
       from (${due('renews and rented_until <= now()')}) as due where u.id = due.id
       returning u.id, u.number, u.account_id, u.country, u.rented_until, ${monthsAfter('u.rented_at', 'u.rent_months - 1')} as since
     ), charged as (
       insert into number_charges (number_id, since, until, account_id, micros)
       select n.id, n.since, n.rented_until, n.account_id, price.micros
       from n cross join lateral (${monthPrice({ account: 'n.account_id', country: 'n.country', at: 'n.since' })}) as price
       on conflict do nothing
     )
     select number, account_id as "accountId", rented_until as at from n`,
    [limit],
  );

export const releaseExpired = (sql: Sql, limit: number): Promise<Ending[]> =>
  rows<Ending>(
    sql,
    `update numbers n set ${RELEASED} from (${due('not renews and rented_until <= now()')}) as due
     where n.id = due.id returning n.number, n.last_account_id as "accountId", n.released_at as at`,
    [limit],
  );
