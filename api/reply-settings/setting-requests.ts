import { z } from '@hono/zod-openapi';
import { endSettingRequest, lockSettingRequest, SettingRequest } from '../../database/accounts/setting-request.ts';
import { transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { REPLY_CHANGES, SETTING_REQUEST_STATES } from '../../domain/accounts/setting-change.ts';
import { actorOf } from '../http/auth.ts';
import { lockOwner } from './request-setting-change.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

export const RequestState = z.enum(SETTING_REQUEST_STATES).openapi('SettingRequestState', {
  description: 'waiting for an operator; then done, refused, or withdrawn by who asked',
});
export const SettingRequestView = z
  .object({
    id: Id,
    kind: z.enum(REPLY_CHANGES),
    change: z.record(z.string(), z.unknown()).openapi({ description: 'As it was sent. It holds no secret' }),
    state: RequestState,
    endpoint: Id.nullable().openapi({ description: 'The callback endpoint that it is about, or that it makes' }),
    requestedAt: Time,
    requestedBy: z.string(),
    decidedAt: Time.nullable(),
    decidedBy: z.string().nullable(),
    reason: z.string().nullable().openapi({ description: 'Why it was refused' }),
  })
  .openapi('SettingRequest');

export type ShownRequest = Pick<
  SettingRequest,
  | 'id'
  | 'accountId'
  | 'kind'
  | 'change'
  | 'state'
  | 'endpointId'
  | 'requestedAt'
  | 'requestedBy'
  | 'decidedAt'
  | 'decidedBy'
  | 'reason'
>;
/** Without the secret. */
export const settingRequestView = (request: ShownRequest): z.infer<typeof SettingRequestView> =>
  shown(SettingRequestView, request, {
    endpoint: request.endpointId ?? null,
  });

const route = routesOf('Reply settings');
const one = ok('The request', SettingRequestView, notFound);
const list = route('get', '/setting-requests', 'listSettingRequests', {
  summary: 'Changes of its replies that a V0 account asked for, and what became of them, newest first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(SettingRequestView)),
});
const get = route('get', '/setting-requests/{id}', 'getSettingRequest', {
  summary: 'One change that was asked for',
  request: { params: IdParam },
  responses: one,
});
const withdraw = route('post', '/setting-requests/{id}/withdraw', 'withdrawSettingRequest', {
  summary: 'Take back a request that waits',
  request: { params: IdParam },
  responses: { ...one, ...conflict },
});

export const settingRequests = ({ db }: ApiServices) => {
  async function find(id: string, accountId: string) {
    const found = existing(await db.em().findOne(SettingRequest, { id, accountId }, { exclude: ['secret'] }));
    return settingRequestView(found);
  }

  return forAccounts()
    .openapi(list, async (c) => {
      const accountId = c.get('account').id;
      const find = ({ older, newestFirst }: Place) =>
        db.em().find(SettingRequest, { accountId, ...older }, { ...newestFirst, exclude: ['secret'] });
      return c.json(await pageById(c.req.valid('query'), `setting-requests ${accountId}`, find, settingRequestView), 200);
    })
    .openapi(get, async (c) => c.json(await find(c.req.valid('param').id, c.get('account').id), 200))
    .openapi(withdraw, async (c) => {
      const { id } = c.req.valid('param');
      const accountId = c.get('account').id;
      const by = actorOf(c.get('keyId'));
      await transaction(db.pool, async (client) => {
        await lockOwner(client, accountId);
        const request = existing(await lockSettingRequest(client, accountId, id));
        if (request.state !== 'waiting') throw decided(request.state);
        await endSettingRequest(client, { id, state: 'withdrawn', by, reason: null });
      });
      return c.json(await find(id, accountId), 200);
    });
};

export const decided = (state: string): AppError => new AppError('conflict', said('request-decided', { state }));
