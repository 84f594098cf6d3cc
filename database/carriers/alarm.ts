import { defineEntity, p } from '@mikro-orm/core';
import type { AlarmKind } from '../../domain/carriers/alarm.ts';
import { sqlIndex, sqlUnique } from '../sql-index.ts';

const AlarmSchema = defineEntity({
  name: 'Alarm',
  tableName: 'alarms',
  indexes: [
    sqlUnique('alarms_open_index', '"alarms" ("kind", "carrier_id") where "cleared_at" is null'),
    sqlIndex('alarms_post_index', '"alarms" ("post_at") where "post_at" is not null'),
  ],
  properties: {
    id: p.uuid().primary(),
    kind: p.text().$type<AlarmKind>(),
    carrierId: p.uuid(),
    since: p.datetime(3),
    /** Last seen active, and how often. */
    last: p.datetime(3),
    count: p.integer().default(1),
    detail: p.text().nullable(),
    clearedAt: p.datetime(3).nullable(),
    /** State the operator's webhook has, and when the next is posted. */
    posted: p.text().$type<'raised' | 'cleared'>().nullable(),
    postAt: p.datetime(3).nullable(),
    postAttempts: p.integer().default(0),
  },
});
export class Alarm extends AlarmSchema.class {}
AlarmSchema.setClass(Alarm);
