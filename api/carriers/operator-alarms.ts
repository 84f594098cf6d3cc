import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { ALARM_KINDS } from '../../domain/carriers/alarm.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const AlarmView = z
  .object({
    id: Id,
    kind: z.enum(ALARM_KINDS),
    carrier: Id,
    name: z.string().openapi({ description: 'The carrier’s' }),
    since: Time,
    last: Time.openapi({ description: 'When it was last seen to be so' }),
    count: z.number().int().openapi({ description: 'How many looks, one a minute, have seen it' }),
    detail: z.string().nullable().openapi({ description: 'The last error, or how many messages are in doubt' }),
    clearedAt: Time.nullable(),
    posted: z.enum(['raised', 'cleared']).nullable().openapi({ description: 'What the webhook for alarms has been told' }),
  })
  .openapi('Alarm');

const route = routesOf('Operator: carriers');
const list = route('get', '/alarms', 'listAlarms', {
  summary:
    'What is or was wrong with carriers, newest first. Told once per change by mail to operators, and to ALARM_WEBHOOK_URL',
  request: { query: PageQuery.extend({ open: z.enum(['true', 'false']).optional(), carrier: Id.optional() }) },
  responses: ok('A page', pageOf(AlarmView)),
});

type Row = Omit<z.infer<typeof AlarmView>, 'since' | 'last' | 'clearedAt'> & { since: Date; last: Date; clearedAt: Date | null };
const view = (row: Row) => shown(AlarmView, row);

export const operatorAlarms = ({ db }: ApiServices) =>
  forAnyone().openapi(list, async (c) => {
    const { open, carrier, ...query } = c.req.valid('query');
    const find = ({ after, most }: Place) =>
      rows<Row>(
        db.pool,
        `select a.id, a.kind, a.carrier_id as carrier, c.name, a.since, a.last, a.count, a.detail, a.cleared_at as "clearedAt", a.posted
         from alarms a join carriers c on c.id = a.carrier_id
         where ($1::uuid is null or a.id < $1) and ($2::bool is null or (a.cleared_at is null) = $2) and ($3::uuid is null or a.carrier_id = $3)
         order by a.id desc limit $4`,
        [after, open === undefined ? null : open === 'true', carrier ?? null, most],
      );
    return c.json(await pageById(query, 'alarms', find, view), 200);
  });
