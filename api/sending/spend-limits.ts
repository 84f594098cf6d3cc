import { z } from '@hono/zod-openapi';
import { setSpendLimits, spendingOf } from '../../database/sending/spend-limits.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault, type Fault } from '../../domain/problems/said.ts';
import { readAmount } from '../../domain/money.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { requireAccount } from '../http/auth.ts';
import { Money, money, moneyOrNone } from '../http/money-view.ts';
import { notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { body, IdParam, iso, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Limits = z.object({ day: Money.nullable(), month: Money.nullable() });
const View = z
  .object({
    own: Limits.openapi({ description: 'What the account set for itself; null: none' }),
    operator: Limits.openapi({ description: 'What the operator set; the lower one holds' }),
    spent: z.object({ day: Money, month: Money }).openapi({ description: 'Today and this month, by the clock of the account' }),
    heldUntil: Time.nullable().openapi({ description: 'While messages wait for a limit: when it begins anew' }),
  })
  .openapi('SpendLimits');
const Amount = z.string().max(20).nullable().openapi({ description: 'null: no limit', example: '50.00' });
const Change = z.strictObject({ day: Amount.optional(), month: Amount.optional() }).openapi('SpendLimitsChange');

const route = routesOf('Account');
const operatorRoute = routesOf('Operator: accounts');
const get = route('get', '/spend-limits', 'getSpendLimits', {
  summary: 'What the account may spend a day and a month on messages, and what it has',
  responses: ok('The limits', View),
});
const change = route('patch', '/spend-limits', 'changeSpendLimits', {
  summary: 'Set limits of the account’s own: messages that do not fit wait, and go by themselves when they do',
  request: { body: body(Change) },
  responses: ok('The limits', View),
});
const getFor = operatorRoute('get', '/accounts/{id}/spend-limits', 'getAccountSpendLimits', {
  summary: 'What an account may spend a day and a month, and what it has',
  request: { params: IdParam },
  responses: ok('The limits', View, notFound),
});
const changeFor = operatorRoute('patch', '/accounts/{id}/spend-limits', 'changeAccountSpendLimits', {
  summary: 'Set what an account may spend a day and a month; it may set itself lower limits',
  request: { params: IdParam, body: body(Change) },
  responses: ok('The limits', View, notFound),
});

type Amounts = { day?: number | null; month?: number | null };

function readLimits(asked: z.infer<typeof Change>): Amounts {
  const faults: Fault[] = [];
  const limits: Amounts = {};
  for (const field of ['day', 'month'] as const) {
    const amount = asked[field];
    if (amount === undefined) continue;
    const micros = amount === null ? null : readAmount(amount);
    if (amount !== null && micros === null) faults.push(fault(field, 'amount'));
    limits[field] = micros;
  }
  if (faults.length > 0) throw invalidRequest(...faults);
  return limits;
}

async function view({ db }: Pick<ApiServices, 'db'>, account: string): Promise<z.infer<typeof View>> {
  const spending = await spendingOf(db.pool, account);
  return {
    own: { day: moneyOrNone(spending?.ownDay), month: moneyOrNone(spending?.ownMonth) },
    operator: { day: moneyOrNone(spending?.operatorDay), month: moneyOrNone(spending?.operatorMonth) },
    spent: { day: money(spending?.daySpent ?? 0), month: money(spending?.monthSpent ?? 0) },
    heldUntil: iso(spending?.heldUntil),
  };
}

/** Campaigns that wait for the old limits are signalled. */
async function set({ db, runs }: ApiServices, account: string, by: 'operator' | 'own', limits: Amounts): Promise<void> {
  for (const campaign of await setSpendLimits(db.pool, account, by, limits)) runs.campaignChanged(campaign);
}

export const spendLimits = (services: ApiServices) =>
  forAccounts()
    .openapi(get, async (c) => c.json(await view(services, c.get('account').id), 200))
    .openapi(change, async (c) => {
      const { id } = c.get('account');
      await set(services, id, 'own', readLimits(c.req.valid('json')));
      return c.json(await view(services, id), 200);
    });

export const operatorSpendLimits = (services: ApiServices) =>
  forAnyone()
    .openapi(getFor, async (c) => {
      const { id } = c.req.valid('param');
      await requireAccount(services.db.pool, id);
      return c.json(await view(services, id), 200);
    })
    .openapi(changeFor, async (c) => {
      const { id } = c.req.valid('param');
      const asked = c.req.valid('json');
      const limits = readLimits(asked);
      await requireAccount(services.db.pool, id);
      const record = { action: 'account.spend-limits', target: `account ${id}`, accountId: id, detail: asked };
      await recordAudit(services.db.pool, record);
      await set(services, id, 'operator', limits);
      return c.json(await view(services, id), 200);
    });
