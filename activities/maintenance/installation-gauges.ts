import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { rows } from '../../database/sql.ts';
import { ALARM_KINDS } from '../../domain/carriers/alarm.ts';

/** A gauge and its statement: `value`, and a column per label. */
type Reading = { name: string; help: string; labels?: string[]; sql: string };

const age = (time: string): string => `coalesce(extract(epoch from now() - ${time}), 0)::float8 as value`;
/** Creation time in ms, from a UUIDv7. */
const MADE_AT = `(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint)`;
const lastDone = (name: 'ledger' | 'sweep'): string =>
  `select coalesce(max(extract(epoch from at)), 0)::float8 as value from upkeep where name = '${name}'`;
const WAITING = `state in ('pending', 'retrying', 'held')`;

const LIVE = `l.beat_at > now() - interval '30 seconds'`;
const ofLines = (value: string, which = 'true'): string => `select c.name as carrier, (${value})::float8 as value from carriers c
      left join carrier_lines l on l.carrier_id = c.id and ${which} group by 1`;

// Empty states report 0, so that alerts can tell them from a missing figure.
const READINGS: Reading[] = [
  {
    name: 'callback_endpoints',
    help: 'Callback endpoints by health',
    labels: ['health'],
    sql: `select h.health, count(e.id)::float8 as value from unnest(array['healthy', 'unsteady', 'open', 'recovering', 'paused', 'disabled', 'gone']) as h (health)
      left join callback_endpoints e on h.health = case when e.health = 'healthy' and e.track->>'unsteadySince' is not null then 'unsteady' else e.health end and e.deleted_at is null group by 1`,
  },
  {
    name: 'callback_line_down',
    help: 'Workers whose own line or name servers are down',
    sql: `select count(*)::float8 as value from line_outages where ended_at is null and seen_at > now() - interval '1 minute'`,
  },
  {
    name: 'callback_oldest_waiting_seconds',
    help: 'Age of the oldest callback that waits, by state',
    labels: ['state'],
    sql: `select s.state, (select ${age('min(d.created_at)')} from deliveries d
        where d.channel = 'callback' and d.state = s.state and d.${WAITING}) as value
      from unnest(array['pending', 'retrying', 'held']) as s (state)`,
  },
  {
    name: 'callbacks_waiting',
    help: 'Callbacks that wait, by state',
    labels: ['state'],
    sql: `select s.state, count(d.id)::float8 as value from unnest(array['pending', 'retrying', 'held']) as s (state)
      left join deliveries d on d.channel = 'callback' and d.state = s.state and d.${WAITING} group by 1`,
  },
  {
    name: 'mail_paused',
    help: '1 while the relay does not take us and no mail is sent',
    sql: 'select least(count(*), 1)::float8 as value from mail_channels where paused_at is not null',
  },
  {
    name: 'mail_oldest_waiting_seconds',
    help: 'Age of the oldest reply mail that waits',
    sql: `select ${age('min(created_at)')} from deliveries where channel = 'email' and ${WAITING}`,
  },
  {
    name: 'replies_oldest_unfiled_seconds',
    help: 'Age of the oldest reply that may be filed and is not',
    sql: `select ${age('min(ingested_at)')} from replies where filed_at is null and filing_failed is null and released_at is not null`,
  },
  {
    name: 'replies_unfileable',
    help: 'Replies that could not be filed and wait for an operator',
    sql: 'select count(*)::float8 as value from replies where filed_at is null and filing_failed is not null',
  },
  {
    name: 'messages_oldest_unsent_seconds',
    help: 'Age of the oldest single message of the last day that is due and has not gone',
    sql: `select ${age(`min(coalesce(send_at, to_timestamp(${MADE_AT} / 1000.0)))`)} from messages where campaign_id is null and state = 'queued'
      and (not_before is null or not_before < now()) and (send_at is null or send_at < now())
      and id > (lpad(to_hex(((extract(epoch from now()) - 86400) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid`,
  },
  {
    name: 'campaigns',
    help: 'Campaigns that are not over, by state',
    labels: ['state'],
    sql: `select s.state, count(c.id)::float8 as value from unnest(array['draft', 'importing', 'ready', 'launched', 'paused']) as s (state)
      left join campaigns c on c.state = s.state group by 1`,
  },
  {
    name: 'messages_in_doubt',
    help: 'Messages that may have gone out, and nobody knows',
    sql: 'select count(*)::float8 as value from doubts',
  },
  {
    name: 'carrier_lines',
    help: 'Lines to carriers by state; a line that nobody holds is closed',
    labels: ['carrier', 'route', 'state'],
    sql: `select c.name as carrier, c.route, s.state, count(l.slot)::float8 as value
      from carriers c cross join unnest(array['connecting', 'bound', 'draining', 'closed']) as s (state)
      left join carrier_lines l on l.carrier_id = c.id and s.state = case when ${LIVE} then l.state else 'closed' end
      group by 1, 2, 3`,
  },
  {
    name: 'carrier_in_flight_messages',
    help: 'Messages at the carrier that it has not answered',
    labels: ['carrier'],
    sql: ofLines('coalesce(sum(l.in_flight), 0)', LIVE),
  },
  {
    name: 'carrier_window_messages',
    help: 'Messages that may be at the carrier unanswered',
    labels: ['carrier'],
    sql: ofLines('coalesce(sum(l."window"), 0)', LIVE),
  },
  {
    name: 'carrier_last_bound_timestamp_seconds',
    help: 'When a line to the carrier was last seen bound; 0 where none ever was',
    labels: ['carrier'],
    sql: ofLines('coalesce(extract(epoch from max(l.bound_at)), 0)'),
  },
  {
    name: 'alarms',
    help: 'Alarms about carriers that are not over, by kind',
    labels: ['kind'],
    sql: `select k.kind, count(a.id)::float8 as value from unnest(array[${ALARM_KINDS.map((kind) => `'${kind}'`).join(', ')}]) as k (kind)
      left join alarms a on a.kind = k.kind and a.cleared_at is null group by 1`,
  },
  {
    name: 'sweep_last_success_timestamp_seconds',
    help: 'When the sweep, which comes every minute, last did its last job; 0 where it never did',
    sql: lastDone('sweep'),
  },
  {
    name: 'ledger_last_check_timestamp_seconds',
    help: 'When the ledger of what is owed, which is checked by night, last was; 0 where it never was',
    sql: lastDone('ledger'),
  },
  {
    name: 'ledger_broken_rows',
    help: 'Rows that broke a promise when the ledger was last checked',
    sql: `select coalesce(max(value), 0)::float8 as value from upkeep where name = 'ledger'`,
  },
  {
    name: 'sync_last_success_timestamp_seconds',
    help: 'When the replies of a SIM gateway were last synced; 0 where they never were',
    labels: ['carrier'],
    sql: `select c.name as carrier, coalesce(extract(epoch from max(s.ended_at)), 0)::float8 as value from carriers c
      left join sync_runs s on s.carrier_id = c.id and s.state = 'done' where c.route = 'lowcost' group by 1`,
  },
];

/** One process reads for all: the first asked, until it was not asked for a minute. */
const READER = `
  insert into upkeep as u (name, holder, at) values ('gauges', $1, now())
  on conflict (name) do update set holder = excluded.holder, at = excluded.at where u.holder = $1 or u.at < now() - interval '1 minute'
  returning name`;
const ASK_AGAIN_MS = 5000;

/** Installation-wide figures, read when Prometheus asks. One process reports them. */
export function installationGauges(registry: Registry, pool: Pool): void {
  const holder = randomUUID();
  let asked: { at: number; mine: Promise<boolean> } | undefined;
  const reads = (): Promise<boolean> => {
    if (asked === undefined || performance.now() - asked.at > ASK_AGAIN_MS)
      asked = { at: performance.now(), mine: rows(pool, READER, [holder]).then((held) => held.length > 0) };
    return asked.mine;
  };
  for (const { name, help, labels = [], sql } of READINGS) {
    const gauge = new Gauge({
      name: `aller_retour_${name}`,
      help,
      labelNames: labels,
      registers: [],
      async collect() {
        this.reset();
        if (!(await reads())) return labels.length === 0 ? this.remove() : undefined;
        for (const { value, ...labelled } of await rows<{ value: number; [label: string]: string | number }>(pool, sql))
          this.set(labelled, value);
      },
    });
    registry.registerMetric(gauge);
  }
}
