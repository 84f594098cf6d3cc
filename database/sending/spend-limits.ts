import { defineEntity, p } from '@mikro-orm/core';
import type { Pool } from 'pg';
import type { Spending } from '../../domain/sending/spend-limit.ts';
import { Account } from '../account.ts';
import { affected, rows, transaction, type Sql } from '../sql.ts';

/**
 * Spend limits per day and month, in the account's time zone, and its spending, in millionths. Claims lock this row, so the count
 * is exact. Without a row nothing is limited or counted.
 */
const SpendLimitSchema = defineEntity({
  name: 'SpendLimit',
  tableName: 'spend_limits',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary().deleteRule('cascade'),
    /** The operator's; the account may set lower ones. */
    operatorDay: p.bigint('number').nullable(),
    operatorMonth: p.bigint('number').nullable(),
    ownDay: p.bigint('number').nullable(),
    ownMonth: p.bigint('number').nullable(),
    /** Day and month (its first day) of the sums. */
    day: p.date().nullable(),
    month: p.date().nullable(),
    daySpent: p.bigint('number').default(0),
    monthSpent: p.bigint('number').default(0),
    /** End of the limit's period, while a message exceeds it. */
    heldUntil: p.datetime(3).nullable(),
    heldBy: p.text().$type<'day' | 'month'>().nullable(),
    /** Day of the last notice. */
    toldOn: p.date().nullable(),
  },
});
export class SpendLimit extends SpendLimitSchema.class {}
SpendLimitSchema.setClass(SpendLimit);

const TODAY = `(now() at time zone a.time_zone)::date`;

export async function spendingOf(sql: Sql, accountId: string): Promise<Spending | undefined> {
  const [found] = await rows<Spending>(
    sql,
    `select l.operator_day::float8 as "operatorDay", l.operator_month::float8 as "operatorMonth", l.own_day::float8 as "ownDay",
       l.own_month::float8 as "ownMonth", case when l.day = ${TODAY} then l.day_spent::float8 else 0 end as "daySpent",
       case when l.month = date_trunc('month', ${TODAY})::date then l.month_spent::float8 else 0 end as "monthSpent",
       case when l.held_until > now() then l.held_until end as "heldUntil"
     from spend_limits l join accounts a on a.id = l.account_id where l.account_id = $1`,
    [accountId],
  );
  return found;
}

export type LimitChange = { day?: number | null | undefined; month?: number | null | undefined };

/**
 * Sets the operator's or the account's limits; undefined ones stay. The first limit also counts this month's earlier spending.
 * Clears `held_until`; the next claim checks again. Returns the campaigns to wake.
 */
export async function setSpendLimits(
  pool: Pool,
  accountId: string,
  by: 'operator' | 'own',
  { day, month }: LimitChange,
): Promise<string[]> {
  await transaction(pool, async (client) => {
    const begun = await affected(client, 'insert into spend_limits (account_id) values ($1) on conflict do nothing', [accountId]);
    if (begun === 0) return;
    await affected(
      client,
      `update spend_limits l set day = ${TODAY}, month = date_trunc('month', ${TODAY})::date, day_spent = s.day, month_spent = s.month
       from accounts a cross join lateral (
         select coalesce(sum(m.cost_micros), 0) as month,
           coalesce(sum(m.cost_micros) filter (where (m.submitted_at at time zone a.time_zone)::date = ${TODAY}), 0) as day
         from messages m where m.account_id = a.id and not m.simulation and m.state not in ('queued', 'failed', 'skipped')
           and m.submitted_at >= date_trunc('month', ${TODAY})::timestamp at time zone a.time_zone
       ) s where l.account_id = $1 and a.id = $1`,
      [accountId],
    );
  });
  await affected(
    pool,
    `update spend_limits set ${by}_day = case when $2 then $3 else ${by}_day end, ${by}_month = case when $4 then $5 else ${by}_month end,
       held_until = null, held_by = null, told_on = null where account_id = $1`,
    [accountId, day !== undefined, day ?? null, month !== undefined, month ?? null],
  );
  const waiting = await rows<{ id: string }>(pool, `select id from campaigns where account_id = $1 and state = 'launched'`, [
    accountId,
  ]);
  return waiting.map(({ id }) => id);
}

/** Held accounts not yet told today, marked as told in the caller's transaction. */
export const takeUntold = (sql: Sql, accountIds: string[]) =>
  rows<{ accountId: string; by: 'day' | 'month'; until: Date; limit: number }>(
    sql,
    `update spend_limits l set told_on = l.day from (
       select account_id from spend_limits where account_id = any($1::uuid[]) and held_until > now() and told_on is distinct from day
       order by account_id for update
     ) h where l.account_id = h.account_id
     returning l.account_id as "accountId", l.held_by as by, l.held_until as until,
       (case l.held_by when 'day' then least(l.operator_day, l.own_day) else least(l.operator_month, l.own_month) end)::float8 as limit`,
    [accountIds],
  );
