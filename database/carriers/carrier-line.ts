import { defineEntity, p } from '@mikro-orm/core';

/** The state of a slot's session, as its worker last wrote it: a small row, written every two seconds. */
const CarrierLineSchema = defineEntity({
  name: 'CarrierLine',
  tableName: 'carrier_lines',
  properties: {
    carrierId: p.uuid().primary(),
    slot: p.smallint().primary(),
    /** Of the lease under which it is told: a holder that lost it does not write over the next one's. */
    epoch: p.bigint('number'),
    worker: p.text(),
    state: p.text().$type<'connecting' | 'bound' | 'draining' | 'closed'>(),
    since: p.datetime(3),
    /** When it was last seen bound, whoever held it. */
    boundAt: p.datetime(3).nullable(),
    /** Whether the carrier refuses our login. */
    refused: p.boolean(),
    /** The status with which it refuses one submission after the other; null while it takes them. */
    refusing: p.text().nullable(),
    inFlight: p.integer(),
    window: p.integer(),
    lastError: p.text().nullable(),
    /** Messages that the carrier took since this worker opened the line, and how many a second of late. */
    accepted: p.bigint('number'),
    perSecond: p.float(),
    beatAt: p.datetime(3),
  },
});
export class CarrierLine extends CarrierLineSchema.class {}
CarrierLineSchema.setClass(CarrierLine);
