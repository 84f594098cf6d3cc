import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, iso, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Count = z.number().int();
const StatusView = z
  .object({
    lines: z
      .object({ up: Count, all: Count })
      .openapi({ description: 'Lines of carriers that are not paused, and how many of them are bound' }),
    perSecond: z.number().openapi({ description: 'Messages that carriers take a second, of late' }),
    campaigns: z
      .object({ underWay: Count, since: Time.nullable() })
      .openapi({ description: 'That are being sent, and since when the oldest' }),
    callbacks: z.object({
      endpoints: Count.openapi({ description: 'Endpoints in trouble' }),
      waiting: Count,
      accounts: z
        .array(z.object({ account: Id, name: z.string(), waiting: Count }))
        .openapi({ description: 'The five with most that waits' }),
    }),
    unattributed: Count,
    inDoubt: Count,
    alarms: Count.openapi({ description: 'That are open' }),
    requests: Count.openapi({ description: 'Decisions that accounts wait for' }),
    mails: z.object({ waiting: Count, paused: z.boolean() }),
    lastSync: z.object({ state: z.string(), at: Time }).nullable(),
  })
  .openapi('PlatformStatus');

const route = routesOf('Operator: carriers');
const get = route('get', '/status', 'getPlatformStatus', {
  summary: 'How the platform is: lines, queues and everything that waits for an operator',
  responses: ok('Now', StatusView),
});

type View = z.infer<typeof StatusView>;
type Row = Omit<View, 'campaigns' | 'callbacks' | 'lastSync'> & {
  underWay: number;
  since: Date | null;
  endpoints: number;
  accounts: View['callbacks']['accounts'];
  waiting: number;
  sync: View['lastSync'];
};

/** Counting stops here. */
const MOST = 100_000;
const STATUS = `with lines as (
    select l.beat_at > now() - interval '15 seconds' as live, l.state, l.per_second
    from carrier_lines l join carriers c on c.id = l.carrier_id where c.paused_at is null
  ),
  due as (
    select e.account_id from deliveries d join callback_endpoints e on e.id = d.endpoint_id
    where d.channel = 'callback' and d.state in ('pending', 'retrying', 'held') limit ${MOST}
  ),
  under_way as (
    select coalesce(greatest(send_at, launched_at), launched_at) as since from campaigns
    where state = 'launched' and ended_at is null and (send_at is null or send_at <= now())
  )
  select (select jsonb_build_object('up', count(*) filter (where live and state = 'bound'), 'all', count(*)) from lines) as lines,
    (select coalesce(round(sum(per_second)::numeric, 1), 0)::float8 from lines where live) as "perSecond",
    (select count(*)::int from under_way) as "underWay", (select min(since) from under_way) as since,
    (select count(*)::int from callback_endpoints where deleted_at is null and (health <> 'healthy' or track->>'unsteadySince' is not null)) as endpoints,
    (select count(*)::int from due) as waiting,
    coalesce((select jsonb_agg(m) from (
      select a.id as account, a.name, count(*)::int as waiting from due d join accounts a on a.id = d.account_id
      group by a.id, a.name order by 3 desc limit 5) m), '[]') as accounts,
    (select count(*)::int from replies where account_id is null and (filed_at is not null or filing_failed is not null)) as unattributed,
    (select count(*)::int from doubts) as "inDoubt",
    (select count(*)::int from alarms where cleared_at is null) as alarms,
    (select count(*)::int from accounts where two_way = 'requested')
      + (select count(*)::int from setting_requests where state = 'waiting') as requests,
    jsonb_build_object('waiting', (select count(*) from deliveries where channel = 'email' and state in ('pending', 'retrying', 'held'))
        + (select count(*) from notices where finished_at is null),
      'paused', exists (select from mail_channels where name = 'relay' and paused_at is not null)) as mails,
    (select jsonb_build_object('state', state, 'at', to_char(coalesce(ended_at, started_at, requested_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
      from sync_runs order by id desc limit 1) as sync`;

export const operatorStatus = ({ db }: ApiServices) =>
  forAnyone().openapi(get, async (c) => {
    const [row] = await rows<Row>(db.pool, STATUS);
    if (!row) throw new Error('The database answers nothing of the platform');
    const { underWay, since, endpoints, accounts, waiting, sync, ...rest } = row;
    const view: View = {
      ...rest,
      campaigns: { underWay, since: iso(since) },
      callbacks: { endpoints, waiting, accounts },
      lastSync: sync,
    };
    return c.json(view, 200);
  });
