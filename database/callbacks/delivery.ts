import { defineEntity, p } from '@mikro-orm/core';
import type { CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import type { Lane } from '../../domain/callbacks/concurrency-lanes.ts';
import { sqlIndex } from '../sql-index.ts';

export type Channel = 'callback' | 'email';

const DeliverySchema = defineEntity({
  name: 'Delivery',
  tableName: 'deliveries',
  indexes: [
    { properties: ['accountId', 'id'] },
    { properties: ['eventId'] },
    sqlIndex(
      'deliveries_callbacks_due_index',
      `"deliveries" ("endpoint_id", "next_at") where "channel" = 'callback' and "state" in ('pending', 'retrying', 'held')`,
    ),
    sqlIndex(
      'deliveries_emails_due_index',
      `"deliveries" ("next_at") where "channel" = 'email' and "state" in ('pending', 'retrying', 'held')`,
    ),
    sqlIndex(
      'deliveries_asked_for_index',
      `"deliveries" ("endpoint_id", "next_at") where "channel" = 'callback' and "trigger" <> 'auto' and "state" in ('pending', 'retrying', 'held')`,
    ),
    sqlIndex('deliveries_undelivered_index', '"deliveries" ("account_id", "id") where "delivered_at" is null'),
    sqlIndex('deliveries_delivered_index', '"deliveries" ("endpoint_id", "id") where "delivered_at" is not null'),
    sqlIndex('deliveries_replay_index', '"deliveries" ("replay_id") where "replay_id" is not null'),
    sqlIndex('deliveries_mail_index', '"deliveries" ("mail_id") where "mail_id" is not null'),
    sqlIndex(
      'deliveries_order_index',
      `"deliveries" ("endpoint_id", "conversation_id", "sequence") where "conversation_id" is not null and "state" in ('pending', 'in_flight', 'retrying', 'held')`,
    ),
    sqlIndex('deliveries_in_flight_index', `"deliveries" ("endpoint_id", "lease_until") where "state" = 'in_flight'`),
  ],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    eventId: p.uuid(),
    channel: p.text().$type<Channel>(),
    endpointId: p.uuid().nullable(),
    emailId: p.uuid().nullable(),
    state: p.text().$type<DeliveryState>(),
    attempts: p.smallint().default(0),
    nextAt: p.datetime(3).nullable(),
    heldReason: p.text().nullable(),
    /** Current claim; a result counts only under the same one. */
    claim: p.uuid().nullable(),
    leaseUntil: p.datetime(3).nullable(),
    /** Kind of place it takes at its endpoint. */
    lane: p.text().$type<Lane>().nullable(),
    /** Why it is attempted next: its schedule, or on request. */
    trigger: p.text().$type<'auto' | 'manual' | 'replay'>().default('auto'),
    /** How often it was the probe. */
    probes: p.smallint().default(0),
    /** Class of the last attempt: `ok`, `http_5xx`, `timeout` … */
    lastClass: p.text().nullable(),
    /** Workflow id of the first attempt's run. */
    runId: p.text(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
    /** Frozen when owed; `body` null: the event's own. */
    format: p.text().$type<CallbackFormat>().default('standard'),
    body: p.text().nullable(),
    /** Set if its endpoint had strict order, or its address digests, when owed; `orderSince`: waiting for an earlier one since. */
    conversationId: p.uuid().nullable(),
    sequence: p.integer().nullable(),
    orderSince: p.datetime(3).nullable(),
    /** For digests: the mail, named by its first delivery. Once set it stays, and so does the mail's content. */
    mailId: p.uuid().nullable(),
    /** First success: delivered from then on, whatever is sent again. */
    deliveredAt: p.datetime(3).nullable(),
    /** The last replay, and the state before it. */
    replayId: p.uuid().nullable(),
    replayedFrom: p.text().$type<DeliveryState>().nullable(),
  },
});
export class Delivery extends DeliverySchema.class {}
DeliverySchema.setClass(Delivery);

const DeliveryAttemptSchema = defineEntity({
  name: 'DeliveryAttempt',
  tableName: 'delivery_attempts',
  indexes: [{ properties: ['deliveryId'] }],
  properties: {
    /** The claim. */
    id: p.uuid().primary(),
    deliveryId: p.uuid(),
    number: p.smallint(),
    trigger: p.text().$type<'auto' | 'manual' | 'replay' | 'test'>(),
    /** A probe is not spent. */
    probe: p.boolean().default(false),
    /** Sent before an earlier reply of its conversation that was waited for too long. */
    outOfOrder: p.boolean().default(false),
    startedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** `unknown` until recorded; stays so after a crash. */
    class: p.text(),
    /** Outcome at the first address; the rest is the fallback's. */
    firstClass: p.text().nullable(),
    status: p.smallint().nullable(),
    timings: p.json<Record<string, number | null>>().nullable(),
    remoteAddress: p.text().nullable(),
    responseHeaders: p.json<Record<string, string>>().nullable(),
    bodyExcerpt: p.text().nullable(),
    /** In the operator's words. */
    error: p.text().nullable(),
  },
});
export class DeliveryAttempt extends DeliveryAttemptSchema.class {}
DeliveryAttemptSchema.setClass(DeliveryAttempt);
