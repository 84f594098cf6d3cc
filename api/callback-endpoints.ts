import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { newSecret } from '../callbacks/signature.ts';
import { writeSecrets } from '../callbacks/signing-secrets.ts';
import { CallbackEndpoint } from '../database/callback-endpoint.ts';
import { EVENT_TYPES } from '../database/emit-events.ts';
import { changeHealth } from '../database/endpoint-health.ts';
import { newId } from '../database/ids.ts';
import { affected, transaction } from '../database/sql.ts';
import { CALLBACK_FORMATS, OCTOPUSH_TYPES, type CallbackFormat } from '../domain/octopush-callback.ts';
import { AppError } from '../domain/errors.ts';
import { faultOf, MOST_DELAYS } from '../domain/retry-schedule.ts';
import { CallbackUrl, checkCallbackUrl } from './callback-url.ts';
import { findEndpoint } from './find-endpoint.ts';
import { invalid } from './invalid.ts';
import { conflict, notFound, problems, refused } from './problem.ts';
import { body, Id, IdParam, json, Time } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const MOST_ENDPOINTS = 50;
const TIMEOUT_MS = 15_000;

const EventType = z.enum(EVENT_TYPES).openapi('EventType');

const fields = {
  url: CallbackUrl,
  description: z.string().max(200),
  types: z.array(EventType).min(1).max(20),
  format: z.enum(CALLBACK_FORMATS).openapi({
    description: 'How bodies are written: the standard event, or as Octopush writes replies, receipts and STOPs',
  }),
  fallbackUrl: z
    .url()
    .max(2000)
    .nullable()
    .openapi({ description: 'Tried within the same attempt when the first address can not be reached' }),
  ordered: z.boolean().openapi({
    description:
      'Strict order: a reply waits until the earlier ones of its conversation are taken or given up, 15 minutes at most while the endpoint is healthy; then it goes on, marked `x-order: late`',
  }),
  timeoutMs: z.number().int().min(1000).max(30_000).openapi({ description: 'How long an attempt may take, body included' }),
  schedule: z
    .array(z.number().int().min(0))
    .nullable()
    .openapi({
      description: `Seconds before each attempt, the first one 0: ${MOST_DELAYS} at most, never falling, 7 days in all. Null for the standard schedule of 13 attempts over 75 hours`,
      example: [0, 5, 60, 600, 3600],
    }),
};

const NewEndpoint = z
  .strictObject({
    ...fields,
    description: fields.description.default(''),
    types: fields.types.default(['reply.received']),
    format: fields.format.default('standard'),
    fallbackUrl: fields.fallbackUrl.default(null),
    ordered: fields.ordered.default(false),
    timeoutMs: fields.timeoutMs.default(TIMEOUT_MS),
    schedule: fields.schedule.default(null),
  })
  .openapi('NewCallbackEndpoint');
const EndpointChange = z.strictObject(fields).partial().openapi('CallbackEndpointChange');

export const HealthState = z
  .enum(['healthy', 'open', 'recovering', 'paused', 'disabled', 'gone'])
  .openapi('EndpointHealthState', {
    description:
      'healthy; open: it fails, what is owed is held and a try is made now and then; recovering: it answers again, the backlog goes out slowly; paused, disabled, gone: stopped, what is owed is held',
  });

export const EndpointView = z
  .object({
    id: Id,
    scope: z
      .enum(['account', 'campaigns'])
      .openapi({ description: 'Hears of the whole account, or only of campaigns that name its URL as their `callbackUrl`' }),
    url: z.string(),
    description: z.string(),
    types: z.array(z.string()),
    format: fields.format,
    fallbackUrl: z.string().nullable(),
    ordered: z.boolean(),
    timeoutMs: z.number().int(),
    schedule: z.array(z.number()).nullable(),
    health: HealthState,
    goneAt: Time.nullable().openapi({ description: 'When it answered 410: what is owed is held until the URL is set again' }),
    createdAt: Time,
  })
  .openapi('CallbackEndpoint');
const CreatedEndpoint = EndpointView.extend({
  secret: z.string().openapi({ description: 'Signs every callback (Standard Webhooks). Shown this once', example: 'whsec_…' }),
}).openapi('CreatedCallbackEndpoint');

export const endpointView = (endpoint: CallbackEndpoint): z.infer<typeof EndpointView> => ({
  id: endpoint.id,
  scope: endpoint.scope,
  url: endpoint.url,
  description: endpoint.description,
  types: endpoint.types,
  format: endpoint.format,
  fallbackUrl: endpoint.fallbackUrl ?? null,
  ordered: endpoint.ordered,
  timeoutMs: endpoint.timeoutMs,
  schedule: endpoint.schedule?.map((ms) => ms / 1000) ?? null,
  health: endpoint.health,
  goneAt: endpoint.health === 'gone' ? new Date(endpoint.track?.since ?? endpoint.createdAt).toISOString() : null,
  createdAt: endpoint.createdAt.toISOString(),
});

const one = { 200: { description: 'The endpoint', content: json(EndpointView) }, ...problems, ...notFound } as const;
const tags = ['Callback endpoints'];

const list = createRoute({
  method: 'get',
  path: '/callback-endpoints',
  operationId: 'listCallbackEndpoints',
  tags,
  summary: 'Callback endpoints, oldest first',
  responses: { 200: { description: 'All of them', content: json(z.object({ items: z.array(EndpointView) })) }, ...problems },
});
const create = createRoute({
  method: 'post',
  path: '/callback-endpoints',
  operationId: 'createCallbackEndpoint',
  tags,
  summary: 'Have replies posted to an address',
  request: { body: body(NewEndpoint) },
  responses: { 201: { description: 'Made', content: json(CreatedEndpoint) }, ...problems, ...conflict, ...refused },
});
const get = createRoute({
  method: 'get',
  path: '/callback-endpoints/{id}',
  operationId: 'getCallbackEndpoint',
  tags,
  summary: 'A callback endpoint',
  request: { params: IdParam },
  responses: one,
});
const change = createRoute({
  method: 'patch',
  path: '/callback-endpoints/{id}',
  operationId: 'changeCallbackEndpoint',
  tags,
  summary: 'Change an endpoint; setting the URL takes up again what a 410 held',
  request: { params: IdParam, body: body(EndpointChange) },
  responses: { 200: { description: 'The endpoint', content: json(EndpointView) }, ...problems, ...notFound, ...refused },
});
const remove = createRoute({
  method: 'delete',
  path: '/callback-endpoints/{id}',
  operationId: 'deleteCallbackEndpoint',
  tags,
  summary: 'Delete an endpoint; what is owed to it is aborted, and stays listed',
  request: { params: IdParam },
  responses: { 204: { description: 'Deleted' }, ...problems, ...notFound },
});

/** Throws what is wrong with a schedule, and what to do about it. */
function checkSchedule(seconds: number[] | null | undefined): void {
  const fault = seconds ? faultOf(seconds.map((each) => each * 1000)) : null;
  if (fault) throw new AppError('invalid-request', `The schedule ${fault.problem}.`, [{ field: 'schedule', ...fault }]);
}

const inMs = (seconds: number[] | null): number[] | null => seconds?.map((each) => each * 1000) ?? null;

export const callbackEndpoints = ({ db, runs, secrets, guard, log }: ApiServices) => {
  const checkUrl = (field: string, url: string | null | undefined) => checkCallbackUrl({ guard, log }, field, url);
  const find = (id: string, account: string) => findEndpoint(db, id, account);

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(list, async (c) => {
      const found = await db
        .em()
        .find(CallbackEndpoint, { account: c.get('account').id, deletedAt: null }, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(endpointView) }, 200);
    })
    .openapi(create, async (c) => {
      const account = c.get('account').id;
      const asked = c.req.valid('json');
      const em = db.em();
      if ((await em.count(CallbackEndpoint, { account, scope: 'account', deletedAt: null })) >= MOST_ENDPOINTS) {
        throw new AppError('conflict', `An account has at most ${MOST_ENDPOINTS} callback endpoints. Delete one first.`);
      }
      checkSchedule(asked.schedule);
      checkFormat(asked.format, asked.types);
      await checkUrl('url', asked.url);
      await checkUrl('fallbackUrl', asked.fallbackUrl);
      const secret = newSecret();
      const sealed = secrets.seal(writeSecrets([{ secret, until: null }]));
      const endpoint = em.create(CallbackEndpoint, {
        id: newId(),
        account,
        ...asked,
        schedule: inMs(asked.schedule),
        secrets: sealed,
        nextProbeAt: null,
        lastSuccessAt: null,
        track: null,
        lastFailure: null,
        mistakeToldAt: null,
        createdAt: new Date(),
        deletedAt: null,
      });
      await em.flush();
      return c.json({ ...endpointView(endpoint), secret }, 201);
    })
    .openapi(get, async (c) => c.json(endpointView((await find(c.req.valid('param').id, c.get('account').id)).endpoint), 200))
    .openapi(change, async (c) => {
      const { em, endpoint } = await find(c.req.valid('param').id, c.get('account').id);
      const { url, description, types, format, ordered, fallbackUrl, timeoutMs, schedule } = c.req.valid('json');
      checkSchedule(schedule);
      checkFormat(format ?? endpoint.format, types ?? endpoint.types);
      await checkUrl('url', url);
      await checkUrl('fallbackUrl', fallbackUrl);
      if (url !== undefined && url !== endpoint.url && endpoint.scope === 'campaigns') throw namedByCampaigns();
      endpoint.url = url ?? endpoint.url;
      endpoint.description = description ?? endpoint.description;
      endpoint.types = types ?? endpoint.types;
      endpoint.format = format ?? endpoint.format;
      endpoint.fallbackUrl = fallbackUrl === undefined ? endpoint.fallbackUrl : fallbackUrl;
      endpoint.ordered = ordered ?? endpoint.ordered;
      endpoint.timeoutMs = timeoutMs ?? endpoint.timeoutMs;
      endpoint.schedule = schedule === undefined ? endpoint.schedule : inMs(schedule);
      await em.flush();
      if (url === undefined || endpoint.health !== 'gone') return c.json(endpointView(endpoint), 200);
      await transaction(db.pool, (client) => changeHealth(client, endpoint.id, { kind: 'enabled' }));
      runs.recoverEndpoint(endpoint.id);
      return c.json(endpointView((await find(endpoint.id, c.get('account').id)).endpoint), 200);
    })
    .openapi(remove, async (c) => {
      const { endpoint } = await find(c.req.valid('param').id, c.get('account').id);
      await transaction(db.pool, async (client) => {
        await affected(client, 'update callback_endpoints set deleted_at = now() where id = $1', [endpoint.id]);
        await affected(
          client,
          `update deliveries set state = case when delivered_at is null then 'aborted' else 'delivered' end, next_at = null, finished_at = now()
           where endpoint_id = $1 and channel = 'callback' and state in ('pending', 'retrying', 'held')`,
          [endpoint.id],
        );
      });
      return c.body(null, 204);
    });
};

const namedByCampaigns = (): AppError =>
  new AppError('conflict', 'The address is named by campaigns.', [
    {
      field: 'url',
      problem: 'is what campaigns named',
      remedy: 'Name another callbackUrl in the next campaign, or make an endpoint',
    },
  ]);

/** Throws `invalid-request` for types that Octopush has no form for. */
function checkFormat(format: CallbackFormat, types: readonly string[]): void {
  const odd = format === 'standard' ? [] : types.filter((type) => !OCTOPUSH_TYPES.has(type));
  if (odd.length === 0) return;
  const remedy = `Choose from ${[...OCTOPUSH_TYPES].join(', ')}, or the standard format`;
  throw new AppError('invalid-request', `The format ${format} has no form for ${odd.join(', ')}.`, [
    { field: 'types', problem: `has ${odd.join(', ')}, which ${format} can not tell`, remedy },
  ]);
}
