import { defineEntity, p } from '@mikro-orm/core';
import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import { sqlIndex } from '../sql-index.ts';

/** Deliveries of the endpoint in a time span, by state and id (null: any). */
export type ReplayFilter = { since: string; until: string; states: DeliveryState[]; ids: string[] | null };

const ReplaySchema = defineEntity({
  name: 'Replay',
  tableName: 'replays',
  indexes: [
    { properties: ['accountId', 'id'] },
    sqlIndex('replays_open_index', '"replays" ("looked_at") where "ended_at" is null'),
  ],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    endpointId: p.uuid(),
    filter: p.json<ReplayFilter>(),
    ratePerSecond: p.integer(),
    /** `queueing`: putting deliveries in line; `sending`: all are. */
    state: p.text().$type<'queueing' | 'sending' | 'completed' | 'cancelled'>(),
    /** Matches when requested. */
    total: p.integer(),
    /** The last delivery examined. */
    position: p.uuid().nullable(),
    queued: p.integer().default(0),
    /** Already under way, or no longer matching. */
    skipped: p.integer().default(0),
    createdAt: p.datetime(3),
    lookedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
  },
});
export class Replay extends ReplaySchema.class {}
ReplaySchema.setClass(Replay);
