import { defineEntity, p } from '@mikro-orm/core';

/** Sync position on a device. `generation` rises when its ids restart. */
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
    settings: p.json<Record<string, unknown>>(),
    /** Secret settings as JSON, sealed with SECRETS_KEY. */
    secrets: p.blob(),
    /** Sessions allowed at once. */
    slots: p.smallint(),
    syncCursor: p.json<SyncCursor>().nullable(),
    /** Clock difference: a reply may seem this much older than its message. */
    clockToleranceMs: p.integer().default(2000),
    /** Whether we may confirm STOPs; many operators do it themselves. */
    stopConfirmations: p.boolean().default(true),
    /** While set nothing is sent; replies still come in. */
    pausedAt: p.datetime(3).nullable(),
    /** Requests with a wrong signature: count within 15 minutes, and the last. */
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
    /** Fencing token: new for each holder, checked by every claim. */
    epoch: p.bigint('number'),
    holder: p.text(),
    leaseUntil: p.datetime(3),
    /** Messages `submitting` under this epoch; a takeover marks them `in_doubt`. */
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
    /** Replies up to this id were acknowledged on the socket. */
    ackedThrough: p.uuid().nullable(),
  },
});
export class CarrierSession extends CarrierSessionSchema.class {}
CarrierSessionSchema.setClass(CarrierSession);

/** Who replaces the sender 12345 with a real code. */
export const SHORT_CODE = `case settings->>'shortCode' when 'operator' then 'operator' else 'ours' end`;
