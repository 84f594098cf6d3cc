import { defineEntity, p } from '@mikro-orm/core';

/** A slot's session as its worker reports it every two seconds. */
const CarrierLineSchema = defineEntity({
  name: 'CarrierLine',
  tableName: 'carrier_lines',
  properties: {
    carrierId: p.uuid().primary(),
    slot: p.smallint().primary(),
    /** Lease epoch: a past holder can't overwrite the next one's report. */
    epoch: p.bigint('number'),
    worker: p.text(),
    state: p.text().$type<'connecting' | 'bound' | 'draining' | 'closed'>(),
    since: p.datetime(3),
    /** Last seen bound, by any holder. */
    boundAt: p.datetime(3).nullable(),
    refused: p.boolean(),
    /** The status refusing all submissions; null while the carrier accepts. */
    refusing: p.text().nullable(),
    inFlight: p.integer(),
    window: p.integer(),
    lastError: p.text().nullable(),
    /** Accepted since the line opened, and recent rate. */
    accepted: p.bigint('number'),
    perSecond: p.float(),
    beatAt: p.datetime(3),
  },
});
export class CarrierLine extends CarrierLineSchema.class {}
CarrierLineSchema.setClass(CarrierLine);
