import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const CarrierInDoubt = z
  .object({ carrier: Id, name: z.string(), count: z.number().int(), since: Time })
  .openapi('CarrierInDoubt', { description: 'Messages of a carrier of which nobody knows whether they went out' });

const MessageInDoubt = z
  .object({
    id: Id,
    account: Id,
    campaign: Id.nullable(),
    carrier: Id,
    submittedAt: Time,
    since: Time,
    reason: z.string().nullable().openapi({ description: 'What happened to its answer' }),
  })
  .openapi('MessageInDoubt');

const route = routesOf('Operator: carriers');
const summary = route('get', '/in-doubt', 'getInDoubt', {
  summary: 'How many messages are in doubt, since when, by carrier. A receipt resolves one; after 48 hours it is unknown',
  responses: ok('All carriers that have some', z.object({ count: z.number().int(), carriers: z.array(CarrierInDoubt) })),
});
const list = route('get', '/in-doubt/messages', 'listInDoubt', {
  summary: 'Messages in doubt, oldest first',
  request: { query: PageQuery.extend({ carrier: Id.optional() }) },
  responses: ok('A page', pageOf(MessageInDoubt)),
});

type Row = Omit<z.infer<typeof MessageInDoubt>, 'submittedAt' | 'since'> & { submittedAt: Date; since: Date };
const view = (row: Row) => shown(MessageInDoubt, row);

export const operatorInDoubt = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(summary, async (c) => {
      const found = await rows<{ id: string; name: string; count: number; since: Date }>(
        db.pool,
        `select c.id, c.name, count(*)::int as count, min(d.since) as since from doubts d join carriers c on c.id = d.carrier_id
         group by c.id, c.name order by c.name`,
      );
      const carriers = found.map(({ id, name, count, since }) => ({ carrier: id, name, count, since: since.toISOString() }));
      return c.json({ count: carriers.reduce((sum, { count }) => sum + count, 0), carriers }, 200);
    })
    .openapi(list, async (c) => {
      const { carrier, ...query } = c.req.valid('query');
      const find = ({ after, most }: Place) =>
        rows<Row>(
          db.pool,
          `select m.id, m.account_id as account, m.campaign_id as campaign, m.carrier_id as carrier, d.submitted_at as "submittedAt", d.since, m.reason
           from doubts d join messages m on m.id = d.message_id
           where ($1::uuid is null or d.message_id > $1) and ($2::uuid is null or d.carrier_id = $2) order by d.message_id limit $3`,
          [after, carrier ?? null, most],
        );
      return c.json(await pageById(query, 'in-doubt', find, view), 200);
    });
