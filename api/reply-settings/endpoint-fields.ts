import { z } from '@hono/zod-openapi';
import type { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import { EVENT_TYPES } from '../../domain/callbacks/event-types.ts';
import { shownHealth } from '../../domain/callbacks/endpoint-health.ts';
import { CALLBACK_FORMATS } from '../../domain/callbacks/octopush-callback.ts';
import { MOST_DELAYS } from '../../domain/callbacks/retry-schedule.ts';
import { CallbackUrl } from './callback-url.ts';
import { Id, shown, Time, TimeIn } from '../http/schemas.ts';

const TIMEOUT_MS = 15_000;

const EventType = z.enum(EVENT_TYPES).openapi('EventType');

const fields = {
  url: CallbackUrl,
  description: z.string().max(200),
  types: z.array(EventType).min(1).max(20),
  format: z.enum(CALLBACK_FORMATS).openapi({
    description: 'How bodies are written: the standard event, or as Octopush writes replies, receipts and STOPs',
  }),
  fallbackUrl: CallbackUrl.nullable().openapi({
    description: 'Tried within the same attempt when the first address can not be reached',
  }),
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

/** With defaults. */
export const NewEndpoint = z
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
export const EndpointChange = z.strictObject(fields).partial().openapi('CallbackEndpointChange');

export const HealthState = z
  .enum(['healthy', 'unsteady', 'open', 'recovering', 'paused', 'disabled', 'gone'])
  .openapi('EndpointHealthState', {
    description:
      'healthy; unsteady: a callback failed twice there and is tried again, new ones go out as ever; open: it fails, what is owed is held and a try is made now and then; recovering: it answers again, the backlog goes out slowly; paused, disabled, gone: stopped, what is owed is held',
  });

/** The health as shown. */
export const healthOf = ({ health, track }: Pick<CallbackEndpoint, 'health' | 'track'>): z.infer<typeof HealthState> =>
  shownHealth({ state: health, unsteadySince: track?.unsteadySince ?? null });

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
export const endpointView = (endpoint: CallbackEndpoint): z.infer<typeof EndpointView> =>
  shown(EndpointView, endpoint, {
    schedule: endpoint.schedule?.map((ms) => ms / 1000) ?? null,
    health: healthOf(endpoint),
    goneAt: endpoint.health === 'gone' ? new Date(endpoint.track?.since ?? endpoint.createdAt).toISOString() : null,
  });

export const Enabling = z
  .strictObject({
    resume: z.enum(['all', 'since', 'none']).openapi({
      description: 'What to send of what was held: all, what came since a time, or none. The rest is aborted, and stays listed',
    }),
    since: TimeIn.optional().openapi({ description: 'With `resume: since`' }),
  })
  .openapi('EndpointEnabling');

export const SecretRotation = z
  .strictObject({
    algorithm: z.enum(['hmac', 'ed25519']).default('hmac').openapi({
      description:
        'hmac: `v1`, with a secret that both sides know. ed25519: `v1a` beside it, with a key of which you get the public half: it verifies, and nobody who has it can sign',
    }),
    overlapHours: z.number().min(0).max(168).default(24).openapi({
      description: 'How long those of its kind before it go on signing too, so that no callback is refused meanwhile',
    }),
  })
  .openapi('SecretRotation');
