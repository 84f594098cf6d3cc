import { defineEntity, p } from '@mikro-orm/core';
import type { AlarmKind } from '../../domain/carriers/alarm.ts';

const AlarmSchema = defineEntity({
  name: 'Alarm',
  tableName: 'alarms',
  indexes: [
    {
      name: 'alarms_open_index',
      expression: 'create unique index "alarms_open_index" on "alarms" ("kind", "carrier_id") where "cleared_at" is null',
    },
    {
      name: 'alarms_post_index',
      expression: 'create index "alarms_post_index" on "alarms" ("post_at") where "post_at" is not null',
    },
  ],
  properties: {
    id: p.uuid().primary(),
    kind: p.text().$type<AlarmKind>(),
    carrierId: p.uuid(),
    since: p.datetime(3),
    /** When it was last seen to be so, and how many looks saw it. */
    last: p.datetime(3),
    count: p.integer().default(1),
    detail: p.text().nullable(),
    clearedAt: p.datetime(3).nullable(),
    /** What the operator's webhook has been told, and when it is told what it has not been. */
    posted: p.text().$type<'raised' | 'cleared'>().nullable(),
    postAt: p.datetime(3).nullable(),
    postAttempts: p.integer().default(0),
  },
});
export class Alarm extends AlarmSchema.class {}
AlarmSchema.setClass(Alarm);
