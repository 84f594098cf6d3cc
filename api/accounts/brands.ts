import { z } from '@hono/zod-openapi';
import { requireRoom } from '../../database/caps.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { Brand, decideBrand } from '../../database/accounts/brand.ts';
import { newId } from '../../database/ids.ts';
import { announce } from '../../database/live.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { affected, transaction } from '../../database/sql.ts';
import { because } from '../../domain/problems/said.ts';
import { foldSender } from '../../domain/sending/sender-rules.ts';
import { pageById, pageOf, PageQuery } from '../http/cursor.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, created, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const State = z.enum(['requested', 'confirmed', 'refused']);
const BrandView = z
  .object({
    id: Id,
    account: Id,
    sender: z.string(),
    state: State,
    reason: z.string().nullable(),
    createdAt: Time,
    decidedAt: Time.nullable(),
  })
  .openapi('Brand');
const NewBrand = z
  .strictObject({
    sender: z
      .string()
      .regex(/^(?=.*[A-Za-z])[A-Za-z0-9]{3,11}$/, because('sender-id'))
      .openapi({ example: 'Boulange' }),
  })
  .openapi('NewBrand');
const Decision = z
  .strictObject({ state: z.enum(['confirmed', 'refused']), reason: z.string().trim().min(1).max(1000) })
  .openapi('BrandDecision');

const view = (brand: Brand): z.infer<typeof BrandView> => shown(BrandView, brand);

const route = routesOf('Account');
const operatorRoute = routesOf('Operator: accounts');
const create = route('post', '/brands', 'registerBrand', {
  summary: 'Register a sender ID as a brand of the account; an operator confirms it. Registering it again changes nothing',
  request: { body: body(NewBrand) },
  responses: created('Registered', BrandView),
});
const list = route('get', '/brands', 'listBrands', {
  summary: 'Brands of the account, newest first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(BrandView)),
});
const listAll = operatorRoute('get', '/brands', 'listAllBrands', {
  summary: 'Brands of all accounts, newest first',
  request: { query: PageQuery.extend({ state: State.optional() }) },
  responses: ok('A page', pageOf(BrandView)),
});
const decide = operatorRoute('put', '/brands/{id}', 'decideBrand', {
  summary: 'Confirm that a sender ID is the account’s, or refuse it; the account is told by mail and by event',
  request: { params: IdParam, body: body(Decision) },
  responses: ok('Decided', BrandView, notFound),
});

const listOf = ({ db }: ApiServices, scope: string, where: object, query: z.infer<typeof PageQuery>) =>
  pageById(query, scope, ({ older, newestFirst }) => db.em().find(Brand, { ...where, ...older }, newestFirst), view);

export const brands = (services: ApiServices) =>
  forAccounts()
    .openapi(create, async (c) => {
      const account = c.get('account').id;
      const { sender } = c.req.valid('json');
      const em = services.db.em();
      const folded = foldSender(sender);
      await transaction(services.db.pool, async (client) => {
        await requireRoom(client, 'brands', { accountId: account, whose: folded });
        const added = await affected(
          client,
          `insert into brands (id, account_id, sender, folded, created_at) values ($1, $2, $3, $4, now()) on conflict do nothing`,
          [newId(), account, sender, folded],
        );
        const data = { accountId: account, accountName: c.get('account').name, sender };
        if (added > 0) await oweNotice(client, { to: 'operators', kind: 'brand-requested', data });
      });
      services.runs.retryEmails();
      return c.json(view(await em.findOneOrFail(Brand, { account, folded })), 201);
    })
    .openapi(list, async (c) => {
      const account = c.get('account').id;
      return c.json(await listOf(services, `brands ${account}`, { account }, c.req.valid('query')), 200);
    });

export const operatorBrands = (services: ApiServices) =>
  forAnyone()
    .openapi(listAll, async (c) => {
      const { state, ...query } = c.req.valid('query');
      return c.json(await listOf(services, 'all brands', state ? { state } : {}, query), 200);
    })
    .openapi(decide, async (c) => {
      const { id } = c.req.valid('param');
      const { state, reason } = c.req.valid('json');
      const accountId = await transaction(services.db.pool, async (client) => {
        const brand = existing(await decideBrand(client, id, { state, reason }));
        await recordAudit(client, {
          accountId: brand.accountId,
          action: 'brand.decide',
          target: `brand ${id}`,
          detail: { sender: brand.sender, state, reason },
        });
        return brand.accountId;
      });
      await announce(services.db.pool, [accountId]);
      services.runs.retryCallbacks();
      services.runs.retryEmails();
      return c.json(view(await services.db.em().findOneOrFail(Brand, { id })), 200);
    });
