import { defineEntity, p } from '@mikro-orm/core';
import type { CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import type { Health, HealthState } from '../../domain/callbacks/endpoint-health.ts';
import { Account } from '../account.ts';
import { sqlIndex, sqlUnique } from '../sql-index.ts';

/** Whether an endpoint hears of all of its account, or only of campaigns that name its URL. */
export type EndpointScope = 'account' | 'campaigns';

/** How the last attempt that failed went. */
export type LastFailure = { class: string; status: number | null; at: string };

const CallbackEndpointSchema = defineEntity({
  name: 'CallbackEndpoint',
  tableName: 'callback_endpoints',
  indexes: [
    { properties: ['account'] },
    sqlUnique(
      'callback_endpoints_campaigns_unique',
      `"callback_endpoints" ("account_id", "url") where "scope" = 'campaigns' and "deleted_at" is null`,
    ),
    sqlIndex(
      'callback_endpoints_messages_index',
      `"callback_endpoints" ("account_id") where "deleted_at" is null and "types" && array['message.accepted', 'message.delivered', 'message.undelivered', 'message.not-sent', 'message.unknown']`,
    ),
  ],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    scope: p.text().$type<EndpointScope>().default('account'),
    url: p.text(),
    description: p.text(),
    /** The event types it chose. */
    types: p.array(),
    /** The live signing secrets as a JSON list, newest first, sealed with SECRETS_KEY. */
    secrets: p.blob(),
    timeoutMs: p.integer(),
    /** Whether a conversation's replies come one after the other. */
    ordered: p.boolean().default(false),
    format: p.text().$type<CallbackFormat>().default('standard'),
    /** Tried within the same attempt when the first address can't be reached. */
    fallbackUrl: p.text().nullable(),
    /** Delays of its own before each attempt, in ms. */
    schedule: p.json<number[]>().nullable(),
    /** A copy of `track`, for queries in SQL. The two are written together, by endpoint-health.ts only. */
    health: p.text().$type<HealthState>().default('healthy'),
    slowStart: p.smallint().default(0),
    nextProbeAt: p.datetime(3).nullable(),
    lastSuccessAt: p.datetime(3).nullable(),
    track: p.json<Health>().nullable(),
    lastFailure: p.json<LastFailure>().nullable(),
    /** When its owner was last told that its set-up is at fault. */
    mistakeToldAt: p.datetime(3).nullable(),
    /** When its owner was last told that deliveries were given up, and that it has failed for a day though little came. */
    exhaustedToldAt: p.datetime(3).nullable(),
    trickleToldAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    deletedAt: p.datetime(3).nullable(),
  },
});
export class CallbackEndpoint extends CallbackEndpointSchema.class {}
CallbackEndpointSchema.setClass(CallbackEndpoint);

/** Results of attempts at an endpoint, minute by minute: the window that the rule of opening looks at. */
const EndpointMinuteSchema = defineEntity({
  name: 'EndpointMinute',
  tableName: 'endpoint_minutes',
  properties: {
    endpointId: p.uuid().primary(),
    minute: p.datetime(3).primary(),
    attempts: p.integer(),
    failures: p.integer(),
    /** The first delivery that failed, and whether another one did too. */
    failing: p.uuid().nullable(),
    several: p.boolean(),
  },
});
export class EndpointMinute extends EndpointMinuteSchema.class {}
EndpointMinuteSchema.setClass(EndpointMinute);

/** A time in which most endpoints failed by transport at once: the fault was in a worker's own line or name servers. */
const LineOutageSchema = defineEntity({
  name: 'LineOutage',
  tableName: 'line_outages',
  properties: {
    id: p.uuid().primary(),
    worker: p.text(),
    beganAt: p.datetime(3),
    /** The last time that the worker said so: one that died says nothing more. */
    seenAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** Endpoints that failed when it was noticed. */
    endpoints: p.integer(),
  },
});
export class LineOutage extends LineOutageSchema.class {}
LineOutageSchema.setClass(LineOutage);
