import { STATE } from './requeue.ts';
import { rows, type Sql } from '../sql.ts';

/** Callbacks and mails counted both ways: owed by events, and by deliveries' states. */
export type Ledger = {
  events: number;
  owed: number;
  states: Record<string, number>;
  /** Broken promises by name; empty when nothing was lost or doubled. */
  broken: Record<string, number>;
};

const COUNTS = `
  select (select count(*)::int from events) as events, (select coalesce(sum(owed), 0)::int from events) as owed,
    (select coalesce(jsonb_object_agg(state, count), '{}') from (select ${STATE} as state, count(*)::int from deliveries d group by 1) s) as states`;

// Rows that break a promise. One statement, one snapshot: attempts being recorded are seen whole.
const BROKEN = `
  select
    (select count(*)::int from events e where e.owed <> (select count(*) from deliveries d where d.event_id = e.id)) as "events owed otherwise",
    (select count(*)::int from deliveries d where not exists (select from events e where e.id = d.event_id)) as "deliveries without an event",
    (select count(*)::int from deliveries d where ${STATE} not in
      ('pending', 'in_flight', 'delivered', 'retrying', 'held', 'exhausted', 'aborted')) as "states nobody knows",
    (select count(*)::int from deliveries d where d.state = 'in_flight' and (d.claim is null or d.lease_until is null)) as "in flight without a claim",
    (select count(*)::int from deliveries d where d.state in ('pending', 'retrying') and d.next_at is null) as "waiting for nothing",
    (select count(*)::int from deliveries d where d.state = 'held' and d.held_reason is null) as "held for no reason",
    (select count(*)::int from deliveries d where d.delivered_at is not null and not exists (
      select from delivery_attempts a where a.delivery_id = d.id and a.class = 'ok')) as "delivered without an attempt that was taken",
    (select count(*)::int from replies r where r.filed_at is not null and r.account_id is not null and not r.hidden and not exists (
      select from events e where e.reply_id = r.id and e.type = 'reply.received')) as "replies without an event",
    (select count(*)::int from (
      select account_id from events group by 1 having count(*) <> max(position) - min(position) + 1) g) as "accounts with a gap"`;

/** Reads every row: for operators, tests and benches only. */
export async function readLedger(sql: Sql): Promise<Ledger> {
  const [counts] = await rows<Omit<Ledger, 'broken'>>(sql, COUNTS);
  const [broken] = await rows<Record<string, number>>(sql, BROKEN);
  const sum = Object.values(counts?.states ?? {}).reduce((total, count) => total + count, 0);
  const wrong = Object.entries(broken ?? {}).filter(([, count]) => count > 0);
  if (sum !== (counts?.owed ?? 0))
    wrong.push(['states that add up to something else than what is owed', Math.abs(sum - (counts?.owed ?? 0))]);
  return {
    events: counts?.events ?? 0,
    owed: counts?.owed ?? 0,
    states: counts?.states ?? {},
    broken: Object.fromEntries(wrong),
  };
}
