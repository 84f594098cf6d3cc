import type { Pool, PoolClient } from 'pg';
import type { AlarmKind } from '../../domain/carriers/alarm.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { UUID_V7 } from '../../database/ids.ts';
import { affected, rows, transaction } from '../../database/sql.ts';

/** Limits before an alarm: no bound line for this long, and messages in doubt within 15 minutes. */
const DOWN_AFTER = '60 seconds';
const DOUBTS = 100;
/** Requests with a wrong signature within 15 minutes before an alarm. */
const MOST_FORGED = 3;
/** An alarm clears once unseen for this long: a flapping line is one alarm. */
const CLEARED_AFTER = '5 minutes';
const BEATS_FOR = '30 seconds';

// Alarms active now, by carrier. A paused carrier still needs its lines: they bring its replies.
const SEEN = `
  select 'login-refused' as kind, l.carrier_id, max(l.last_error) as detail from carrier_lines l
    where l.refused and l.beat_at > now() - interval '${BEATS_FOR}' group by l.carrier_id
  union all
  select 'submits-refused', l.carrier_id, max(l.refusing) from carrier_lines l
    where l.refusing is not null and l.beat_at > now() - interval '${BEATS_FOR}' group by l.carrier_id
  union all
  select 'webhooks-refused', c.id, c.webhooks_refused::text from carriers c
    where c.webhooks_refused >= ${MOST_FORGED} and c.webhook_refused_at > now() - interval '15 minutes'
  union all
  select 'carrier-down', c.id, (select max(l.last_error) from carrier_lines l where l.carrier_id = c.id) from carriers c
    where greatest(c.created_at, (select max(l.bound_at) from carrier_lines l where l.carrier_id = c.id)) < now() - interval '${DOWN_AFTER}'
      and not exists (select from carrier_lines l where l.carrier_id = c.id and l.refused and l.beat_at > now() - interval '${BEATS_FOR}')
  union all
  select 'doubts-growing', carrier_id, count(*)::text from doubts where since > now() - interval '15 minutes' group by carrier_id having count(*) >= ${DOUBTS}`;

type Changed = { id: string; kind: AlarmKind; name: string; since: Date; detail: string | null };

/**
 * Idempotent: raises and clears carrier alarms. Operators are told of each change once, by mail and by webhook (`postAlarms`).
 * True if mails are owed. A process just started is not `settled`: its lines are still opening, so it reports none missing and
 * clears nothing.
 */
export const watchCarriers = (pool: Pool, { settled }: { settled: boolean }): Promise<boolean> =>
  transaction(pool, async (client) => {
    const raised = await rows<Changed>(
      client,
      `with seen as (${SEEN}), put as (
         insert into alarms as a (id, kind, carrier_id, since, last, detail, post_at)
         select ${UUID_V7}, kind, carrier_id, now(), now(), detail, now() from seen where $1 or kind <> 'carrier-down' order by kind, carrier_id
         on conflict (kind, carrier_id) where cleared_at is null
           do update set last = now(), count = a.count + 1, detail = excluded.detail
         returning a.id, a.kind, a.carrier_id, a.since, a.detail, a.count
       )
       select p.id, p.kind, p.since, p.detail, c.name from put p join carriers c on c.id = p.carrier_id where p.count = 1`,
      [settled],
    );
    if (!settled) return (await tell(client, raised, [])) > 0;
    const cleared = await rows<Changed>(
      client,
      `update alarms a set cleared_at = now(), post_at = now(), post_attempts = 0 from carriers c
       where c.id = a.carrier_id and a.cleared_at is null and a.last < now() - interval '${CLEARED_AFTER}'
       returning a.id, a.kind, a.since, a.detail, c.name`,
    );
    return (await tell(client, raised, cleared)) > 0;
  });

async function tell(client: PoolClient, raised: Changed[], cleared: Changed[]): Promise<number> {
  let owed = 0;
  for (const [kind, changed] of [
    ['carrier-alarm', raised],
    ['carrier-alarm-over', cleared],
  ] as const) {
    for (const { kind: problem, name, since, detail } of changed) {
      const data = { carrier: name, problem, since: since.toISOString(), detail };
      owed += await oweNotice(client, { to: 'operators', kind, data });
    }
  }
  return owed;
}

export const forgetAlarms = (pool: Pool): Promise<number> =>
  affected(pool, `delete from alarms where cleared_at < now() - interval '90 days'`);
