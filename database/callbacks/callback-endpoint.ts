import { defineEntity, p } from '@mikro-orm/core';
import type { CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import type { Health, HealthState } from '../../domain/callbacks/endpoint-health.ts';
import { Account } from '../account.ts';
import { sqlIndex, sqlUnique } from '../sql-index.ts';

/** Events of the whole account, or only of campaigns naming its URL. */
export type EndpointScope = 'account' | 'campaigns';

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
    types: p.array(),
    /** Live signing secrets, a JSON list, newest first, sealed with SECRETS_KEY. */
    secrets: p.blob(),
    timeoutMs: p.integer(),
    /** Strict order within a conversation. */
    ordered: p.boolean().default(false),
    format: p.text().$type<CallbackFormat>().default('standard'),
    /** Tried in the same attempt when the first address can't be reached. */
    fallbackUrl: p.text().nullable(),
    /** Its own delays before each attempt, in ms. */
    schedule: p.json<number[]>().nullable(),
    /** Copy of `track` for SQL; both are written by endpoint-health.ts only. */
    health: p.text().$type<HealthState>().default('healthy'),
    slowStart: p.smallint().default(0),
    nextProbeAt: p.datetime(3).nullable(),
    lastSuccessAt: p.datetime(3).nullable(),
    track: p.json<Health>().nullable(),
    lastFailure: p.json<LastFailure>().nullable(),
    /** Last notice of a faulty set-up. */
    mistakeToldAt: p.datetime(3).nullable(),
    /** Last notices of given-up deliveries, and of a day's failures at low traffic. */
    exhaustedToldAt: p.datetime(3).nullable(),
    trickleToldAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    deletedAt: p.datetime(3).nullable(),
  },
});
export class CallbackEndpoint extends CallbackEndpointSchema.class {}
CallbackEndpointSchema.setClass(CallbackEndpoint);

/** An endpoint's attempts per minute, for the breaker's window. */
const EndpointMinuteSchema = defineEntity({
  name: 'EndpointMinute',
  tableName: 'endpoint_minutes',
  properties: {
    endpointId: p.uuid().primary(),
    minute: p.datetime(3).primary(),
    attempts: p.integer(),
    failures: p.integer(),
    /** The first failed delivery, and whether another failed too. */
    failing: p.uuid().nullable(),
    several: p.boolean(),
  },
});
export class EndpointMinute extends EndpointMinuteSchema.class {}
EndpointMinuteSchema.setClass(EndpointMinute);

/** A time when most endpoints failed by transport at once: the worker's own uplink or DNS was down. */
const LineOutageSchema = defineEntity({
  name: 'LineOutage',
  tableName: 'line_outages',
  properties: {
    id: p.uuid().primary(),
    worker: p.text(),
    beganAt: p.datetime(3),
    /** The worker's last report; a dead one stops reporting. */
    seenAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** Endpoints failing when noticed. */
    endpoints: p.integer(),
  },
});
export class LineOutage extends LineOutageSchema.class {}
LineOutageSchema.setClass(LineOutage);
