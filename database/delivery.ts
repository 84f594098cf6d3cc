import { defineEntity, p } from '@mikro-orm/core';

export type DeliveryState = 'pending' | 'in_flight' | 'delivered' | 'retrying' | 'held' | 'exhausted' | 'aborted';
export type Channel = 'callback' | 'email';

const DeliverySchema = defineEntity({
  name: 'Delivery',
  tableName: 'deliveries',
  indexes: [
    { properties: ['accountId', 'id'] },
    { properties: ['eventId'] },
    {
      name: 'deliveries_callbacks_due_index',
      expression: `create index "deliveries_callbacks_due_index" on "deliveries" ("endpoint_id", "next_at") where "channel" = 'callback' and "state" in ('pending', 'retrying', 'held')`,
    },
    {
      name: 'deliveries_emails_due_index',
      expression: `create index "deliveries_emails_due_index" on "deliveries" ("next_at") where "channel" = 'email' and "state" in ('pending', 'retrying', 'held')`,
    },
    {
      name: 'deliveries_in_flight_index',
      expression: `create index "deliveries_in_flight_index" on "deliveries" ("endpoint_id", "lease_until") where "state" = 'in_flight'`,
    },
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
    /** The class of the last attempt: `ok`, `http_5xx`, `timeout` … */
    lastClass: p.text().nullable(),
    /** The workflow id of the run that made the first attempt. */
    runId: p.text(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
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
    startedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** `unknown` until the attempt is closed: a crash leaves it so. */
    class: p.text(),
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
