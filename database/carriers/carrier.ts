import { defineEntity, p } from '@mikro-orm/core';

/** Where the nightly sync stands on one device. `generation` rises when the device's ids start over. */
export type SyncCursor = { serial: string; generation: number; id: number };

const CarrierSchema = defineEntity({
  name: 'Carrier',
  tableName: 'carriers',
  properties: {
    id: p.uuid().primary(),
    name: p.text().unique(),
    /** A name in carriers/registry.ts. */
    type: p.text(),
    route: p.text().$type<'premium' | 'lowcost'>(),
    /** Everything of the carrier's settings that is no secret. */
    settings: p.json<Record<string, unknown>>(),
    /** The secret settings as JSON, sealed with SECRETS_KEY. */
    secrets: p.blob(),
    /** How many sessions the carrier allows at once. */
    slots: p.smallint(),
    syncCursor: p.json<SyncCursor>().nullable(),
    /** How far its clock may be from ours: a message sent so much after a reply may still be what it answers. */
    clockToleranceMs: p.integer().default(2000),
    /** Whether a STOP may be confirmed through it: many operators do so themselves. */
    stopConfirmations: p.boolean().default(true),
    /** Nothing is sent through it from then on; what comes in is taken. */
    pausedAt: p.datetime(3).nullable(),
    /** Requests in its name that were not signed as agreed: how many within a quarter of an hour, and when the last came. */
    webhooksRefused: p.smallint().default(0),
    webhookRefusedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});
export class Carrier extends CarrierSchema.class {}
CarrierSchema.setClass(Carrier);

const CarrierSlotSchema = defineEntity({
  name: 'CarrierSlot',
  tableName: 'carrier_slots',
  properties: {
    carrier: () => p.manyToOne(Carrier).mapToPk().primary(),
    slot: p.smallint().primary(),
    /** The fencing token: drawn anew by every holder, checked by every claim in the same statement. */
    epoch: p.bigint('number'),
    holder: p.text(),
    leaseUntil: p.datetime(3),
    /** The messages that are `submitting` under this epoch: what a takeover marks `in_doubt`. */
    window: p.array().columnType('uuid[]'),
  },
});
export class CarrierSlot extends CarrierSlotSchema.class {}
CarrierSlotSchema.setClass(CarrierSlot);

const CarrierSessionSchema = defineEntity({
  name: 'CarrierSession',
  tableName: 'carrier_sessions',
  indexes: [{ properties: ['carrier', 'openedAt'] }],
  properties: {
    id: p.uuid().primary(),
    carrier: () => p.manyToOne(Carrier).mapToPk(),
    slot: p.smallint(),
    openedAt: p.datetime(3),
    closedAt: p.datetime(3).nullable(),
    /** Every reply of this session up to this id has had its acknowledgement written to the socket. */
    ackedThrough: p.uuid().nullable(),
  },
});
export class CarrierSession extends CarrierSessionSchema.class {}
CarrierSessionSchema.setClass(CarrierSession);

/** Who puts a real code in the place of the sender 12345, of a row of carriers. */
export const SHORT_CODE = `case settings->>'shortCode' when 'operator' then 'operator' else 'ours' end`;
