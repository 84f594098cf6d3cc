import { defineEntity, p } from '@mikro-orm/core';
import { Carrier, type SyncCursor } from '../carriers/carrier.ts';

const SyncRunSchema = defineEntity({
  name: 'SyncRun',
  tableName: 'sync_runs',
  indexes: [{ properties: ['carrier', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    carrier: () => p.manyToOne(Carrier).mapToPk(),
    state: p.text().$type<'requested' | 'running' | 'done' | 'failed'>(),
    /** Injected clock, never in production. */
    now: p.datetime(3).nullable(),
    requestedAt: p.datetime(3),
    startedAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
    read: p.integer().default(0),
    new: p.integer().default(0),
    duplicates: p.integer().default(0),
    young: p.integer().default(0),
    errors: p.integer().default(0),
    /** Device clock minus ours, ms. */
    clockSkewMs: p.integer().nullable(),
    error: p.text().nullable(),
    cursor: p.json<SyncCursor>().nullable(),
  },
});
export class SyncRun extends SyncRunSchema.class {}
SyncRunSchema.setClass(SyncRun);
