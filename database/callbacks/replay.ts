import { defineEntity, p } from '@mikro-orm/core';
import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import { sqlIndex } from '../sql-index.ts';

/** The filter of a replay: deliveries of its endpoint made in a span, in these states, of these ids; null for any. */
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
    /** `queueing`: puts deliveries in line; `sending`: all are in line; then done, or cancelled. */
    state: p.text().$type<'queueing' | 'sending' | 'completed' | 'cancelled'>(),
    /** How many the filter met when it was asked for. */
    total: p.integer(),
    /** The last delivery that was looked at. */
    position: p.uuid().nullable(),
    queued: p.integer().default(0),
    /** Those that were on their way already, or no longer as the filter says. */
    skipped: p.integer().default(0),
    createdAt: p.datetime(3),
    /** When its run last looked. */
    lookedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
  },
});
export class Replay extends ReplaySchema.class {}
ReplaySchema.setClass(Replay);
