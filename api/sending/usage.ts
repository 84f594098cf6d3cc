import { z } from '@hono/zod-openapi';
import { rows, type Sql } from '../../database/sql.ts';
import { requireAccount } from '../http/auth.ts';
import { Money, money } from '../http/money-view.ts';
import { notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const MONTHS = 12;
const Count = z.number().int();
const View = z
  .object({
    months: z.array(
      z.object({
        month: z.string().openapi({ description: 'By the clock of the account', example: '2026-11' }),
        campaigns: Count,
        messages: Count.openapi({ description: 'Of campaigns that began in the month, and single ones' }),
        messagesCost: Money.openapi({ description: 'As it was when they were accepted' }),
        numbersCost: Money.openapi({ description: 'Of rented numbers' }),
      }),
    ),
  })
  .openapi('Usage');

const get = routesOf('Account')('get', '/usage', 'getUsage', {
  summary: `What was sent and what it cost, month by month, the last ${MONTHS}`,
  responses: ok('The months, newest first', View),
});
const getFor = routesOf('Operator: accounts')('get', '/accounts/{id}/usage', 'getAccountUsage', {
  summary: `What an account sent and what it cost, month by month, the last ${MONTHS}`,
  request: { params: IdParam },
  responses: ok('The months, newest first', View, notFound),
});

/** Unsent messages cost nothing; a running campaign counts as accepted. Ids of single messages begin with their time. */
const USAGE = `with account as (
    select id, time_zone, date_trunc('month', now() at time zone time_zone) - interval '${MONTHS - 1} months' as since from accounts where id = $1
  ), first as (select a.*, a.since at time zone a.time_zone as at from account a),
  spent as (
    select c.launched_at as at, 1 as campaigns, c.total - coalesce((c.totals->>'skipped')::int, 0) - coalesce((c.totals->>'failed')::int, 0) as messages,
      c.cost_micros as cost, 0::bigint as numbers
    from first f join campaigns c on c.account_id = f.id and c.launched_at >= f.at where not c.simulation
    union all
    select m.submitted_at, 0, 1, m.cost_micros, 0 from first f join messages m on m.account_id = f.id and m.campaign_id is null
      and m.id >= (lpad(to_hex((extract(epoch from f.at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
    where m.submitted_at >= f.at and not m.simulation
    union all
    select n.since, 0, 0, 0, n.micros from first f join number_charges n on n.account_id = f.id and n.since >= f.at
  )
  select to_char(s.at at time zone f.time_zone, 'YYYY-MM') as month, sum(campaigns)::int as campaigns, sum(messages)::int as messages,
    coalesce(sum(cost), 0)::float8 as cost, sum(numbers)::float8 as numbers
  from first f join spent s on true group by 1 order by 1 desc`;
type Row = { month: string; campaigns: number; messages: number; cost: number; numbers: number };

async function usageOf(sql: Sql, account: string): Promise<z.infer<typeof View>> {
  const found = await rows<Row>(sql, USAGE, [account]);
  return {
    months: found.map(({ cost, numbers, ...counts }) => ({
      ...counts,
      messagesCost: money(cost),
      numbersCost: money(numbers),
    })),
  };
}

export const usage = ({ db }: ApiServices) =>
  forAccounts().openapi(get, async (c) => c.json(await usageOf(db.pool, c.get('account').id), 200));

export const operatorUsage = ({ db }: ApiServices) =>
  forAnyone().openapi(getFor, async (c) => {
    const { id } = c.req.valid('param');
    await requireAccount(db.pool, id);
    return c.json(await usageOf(db.pool, id), 200);
  });
