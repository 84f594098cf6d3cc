import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { recordAudit } from '../../database/people/audit.ts';
import { emitEvents } from '../../database/callbacks/emit-events.ts';
import { newId } from '../../database/ids.ts';
import { announce } from '../../database/live.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import {
  endSettingRequest,
  lockSettingRequest,
  SettingRequest,
  type LockedRequest,
} from '../../database/accounts/setting-request.ts';
import { rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { shownOf } from '../../webhook-client/signature.ts';
import { actorOf } from '../http/auth.ts';
import { checkAddresses, lockOwner, secretFor, signs, wakeAfter } from './request-setting-change.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { makeReplyChange, type Owner } from './apply-setting-change.ts';
import { conflict, existing, notFound, refused } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { ReplyChange } from './setting-change.ts';
import { body, Id, IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { decided, RequestState, SettingRequestView, settingRequestView, type ShownRequest } from './setting-requests.ts';

const View = SettingRequestView.extend({ account: z.object({ id: Id, name: z.string() }) }).openapi('OperatorSettingRequest');
const Refusal = z
  .strictObject({ reason: z.string().trim().min(1).max(1000).openapi({ description: 'The account reads it' }) })
  .openapi('SettingRefusal');

const route = routesOf('Operator: accounts');
const one = ok('The request', View, notFound);
const list = route('get', '/setting-requests', 'listSettingRequestsAsOperator', {
  summary: 'Reply changes that V0 accounts asked for, longest wait first',
  request: { query: PageQuery.extend({ state: RequestState.default('waiting'), account: Id.optional() }) },
  responses: ok('A page', pageOf(View)),
});
const get = route('get', '/setting-requests/{id}', 'getSettingRequestAsOperator', {
  summary: 'One change that was asked for',
  request: { params: IdParam },
  responses: one,
});
const carryOut = route('post', '/setting-requests/{id}/carry-out', 'carryOutSettingRequest', {
  summary: 'Make the requested change; the account is notified by mail and by event',
  request: { params: IdParam },
  responses: { ...one, ...conflict, ...refused },
});
const refuse = route('post', '/setting-requests/{id}/refuse', 'refuseSettingRequest', {
  summary: 'Refuse the change, with a reason; the account is notified by mail and by event',
  request: { params: IdParam, body: body(Refusal) },
  responses: { ...one, ...conflict },
});

const Made = z
  .object({
    endpoint: Id.nullable().openapi({ description: 'The callback endpoint that it is about, or that it made' }),
    secret: z
      .string()
      .nullable()
      .openapi({ description: 'Of a new endpoint or a new secret: signs its callbacks. Shown this once' }),
  })
  .openapi('MadeSetting');
const makeChange = route('post', '/accounts/{id}/reply-changes', 'changeRepliesAsOperator', {
  summary:
    'Make a change that a customer asked for by other means, such as a callback URL or its format; the account is told by mail',
  request: { params: IdParam, body: body(ReplyChange) },
  responses: ok('Made', Made, { ...notFound, ...conflict, ...refused }),
});

export const operatorSettingRequests = (services: ApiServices) =>
  forAnyone()
    .openapi(list, async (c) => {
      const { state, account, ...query } = c.req.valid('query');
      const where = { state, ...(account ? { accountId: account } : {}) };
      const find = ({ newer, oldestFirst }: Place) =>
        services.db.em().find(SettingRequest, { ...where, ...newer }, { ...oldestFirst, exclude: ['secret'] });
      const { items, nextCursor } = await pageById(query, 'setting-requests', find, (row) => row);
      return c.json({ items: await views(services, items), nextCursor }, 200);
    })
    .openapi(get, async (c) => c.json(await view(services, c.req.valid('param').id), 200))
    .openapi(carryOut, async (c) => {
      const asked = await find(services, c.req.valid('param').id);
      const by = actorOf(c.get('keyId'));
      const change = ReplyChange.parse({ kind: asked.kind, ...asked.change });
      await checkAddresses(services, change);
      const made = await transaction(services.db.pool, async (client) => {
        const { account, request } = await lock(client, asked);
        if (request.behind) throw new AppError('conflict', said('earlier-request-waits'));
        const secret = request.secret ? services.secrets.open(request.secret) : '';
        const fresh = { id: request.endpointId ?? newId(), secret };
        const done = await makeReplyChange(client, services.secrets, { account, change, fresh, by, vouched: true });
        await end(client, { request, account, by, state: 'done', reason: null });
        return done;
      });
      await announce(services.db.pool, [asked.accountId]);
      wakeAfter(services, made);
      services.runs.retryCallbacks();
      services.runs.retryEmails();
      return c.json(await view(services, asked.id), 200);
    })
    .openapi(makeChange, async (c) => {
      const { id: accountId } = c.req.valid('param');
      const change = c.req.valid('json');
      const by = actorOf(c.get('keyId'));
      await checkAddresses(services, change);
      const fresh = { id: newId(), secret: secretFor(change) };
      const made = await transaction(services.db.pool, (client) => changeFor(client, services, { accountId, change, fresh, by }));
      wakeAfter(services, made);
      services.runs.retryEmails();
      const endpoint = 'endpoint' in change ? change.endpoint : change.kind === 'endpoint-new' ? fresh.id : null;
      return c.json({ endpoint, secret: signs(change) ? shownOf(fresh.secret) : null }, 200);
    })
    .openapi(refuse, async (c) => {
      const asked = await find(services, c.req.valid('param').id);
      const { reason } = c.req.valid('json');
      await transaction(services.db.pool, async (client) => {
        const { account, request } = await lock(client, asked);
        await end(client, { request, account, by: actorOf(c.get('keyId')), state: 'refused', reason });
      });
      await announce(services.db.pool, [asked.accountId]);
      services.runs.retryCallbacks();
      services.runs.retryEmails();
      return c.json(await view(services, asked.id), 200);
    });

async function views(services: ApiServices, requests: ShownRequest[]): Promise<z.infer<typeof View>[]> {
  const ids = [...new Set(requests.map(({ accountId }) => accountId))];
  const found = await rows<{ id: string; name: string }>(
    services.db.pool,
    'select id, name from accounts where id = any($1::uuid[])',
    [ids],
  );
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return requests.map((request) => ({
    ...settingRequestView(request),
    account: { id: request.accountId, name: names.get(request.accountId) ?? '' },
  }));
}
async function find(services: ApiServices, id: string): Promise<ShownRequest> {
  return existing(await services.db.em().findOne(SettingRequest, { id }, { exclude: ['secret'] }));
}
async function view(services: ApiServices, id: string): Promise<z.infer<typeof View>> {
  return existing((await views(services, [await find(services, id)]))[0]);
}
/** Locks the account, then its waiting request. */
async function lock(client: PoolClient, { id, accountId }: ShownRequest): Promise<{ account: Owner; request: LockedRequest }> {
  const account = await lockOwner(client, accountId);
  const request = existing(await lockSettingRequest(client, accountId, id));
  if (request.state !== 'waiting') throw decided(request.state);
  return { account, request };
}

type Change = { accountId: string; change: z.infer<typeof ReplyChange>; fresh: { id: string; secret: string }; by: string };

/** Makes a change, audits it, and owes the account a mail. */
async function changeFor(client: PoolClient, services: ApiServices, { accountId, change, fresh, by }: Change) {
  const account = await lockOwner(client, accountId);
  const done = await makeReplyChange(client, services.secrets, { account, change, fresh, by, vouched: true });
  const detail = { kind: change.kind };
  await recordAudit(client, {
    actor: by,
    accountId,
    action: 'reply-settings.change',
    target: `account ${accountId}`,
    detail,
  });
  await oweNotice(client, { to: { accountId }, kind: 'setting-done', data: { what: change.kind } });
  return done;
}

type Ending = { request: LockedRequest; account: Owner; by: string } & (
  | { state: 'done'; reason: null }
  | { state: 'refused'; reason: string }
);

/** Stores the decision, and owes the account an event and a mail. */
async function end(client: PoolClient, { request, account, by, ...decision }: Ending): Promise<void> {
  const { id, kind, endpointId: endpoint } = request;
  const { state, reason } = decision;
  const accountId = account.id;
  await endSettingRequest(client, { id, state, by, reason });
  const detail = { kind, ...(reason === null ? {} : { reason }) };
  await recordAudit(client, {
    actor: by,
    accountId,
    action: `setting-request.${state}`,
    target: `setting-request ${id}`,
    detail,
  });
  const to = { accountId };
  if (decision.state === 'done') await oweNotice(client, { to, kind: 'setting-done', data: { what: kind } });
  else await oweNotice(client, { to, kind: 'setting-refused', data: { what: kind, reason: decision.reason } });
  const type = `setting-request.${state}` as const;
  await emitEvents(client, [{ accountId, type, data: { request: { id, kind, state, reason, endpoint } } }], null);
}
