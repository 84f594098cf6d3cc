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
    /** Attempts made so far. */
    attempts: p.smallint().default(0),
    nextAt: p.datetime(3).nullable(),
    heldReason: p.text().nullable(),
    /** Who is attempting it now; a result counts only under the same claim. */
    claim: p.uuid().nullable(),
    leaseUntil: p.datetime(3).nullable(),
    /** The kind of place that it takes at its endpoint while it is in flight. */
    lane: p.text().$type<Lane>().nullable(),
    /** The reason of the next attempt: the schedule, or somebody who asked for it. */
    trigger: p.text().$type<'auto' | 'manual' | 'replay'>().default('auto'),
    /** How often it was the one to try an endpoint in trouble with. */
    probes: p.smallint().default(0),
    /** The class of the last attempt: `ok`, `http_5xx`, `timeout` … */
    lastClass: p.text().nullable(),
    /** The workflow id of the run that made the first attempt. */
    runId: p.text(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
    /** As its endpoint chose when it was owed; `body` is null where the event's own is posted. */
    format: p.text().$type<CallbackFormat>().default('standard'),
    body: p.text().nullable(),
    /** Where its endpoint asked for strict order, or its address for gathering, when it was owed: its place in that, and since when one before it is waited for. */
    conversationId: p.uuid().nullable(),
    sequence: p.integer().nullable(),
    orderSince: p.datetime(3).nullable(),
    /** Where its address asked for gathering: the mail that carries it, by its first delivery. Once set it stays, and so does what the mail says. */
    mailId: p.uuid().nullable(),
    /** When it was first taken: from then on it counts as delivered, whatever is sent again. */
    deliveredAt: p.datetime(3).nullable(),
    /** The replay that put it in line last, and the state that it had before. */
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
    /** The claim under which it was made. */
    id: p.uuid().primary(),
    deliveryId: p.uuid(),
    number: p.smallint(),
    trigger: p.text().$type<'auto' | 'manual' | 'replay' | 'test'>(),
    /** Whether it tried the endpoint: then it was not spent. */
    probe: p.boolean().default(false),
    /** Whether it went before an earlier reply of its conversation, which had been waited for long enough. */
    outOfOrder: p.boolean().default(false),
    startedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** `unknown` until the attempt is closed: a crash leaves it so. */
    class: p.text(),
    /** The outcome at the first address, where the second was tried: the rest of the row is the second's. */
    firstClass: p.text().nullable(),
    status: p.smallint().nullable(),
    timings: p.json<Record<string, number | null>>().nullable(),
    remoteAddress: p.text().nullable(),
    responseHeaders: p.json<Record<string, string>>().nullable(),
    bodyExcerpt: p.text().nullable(),
    /** The operator's wording. */
    error: p.text().nullable(),
  },
});
export class DeliveryAttempt extends DeliveryAttemptSchema.class {}
DeliveryAttemptSchema.setClass(DeliveryAttempt);
