// Parts of the turn's statement. `$accounts` comes from outside because PostgreSQL re-reads a row another turn has just changed,
// but no other part of the statement.

/** Whether a message `m` belongs to a conversation or is automatic: the spend limit sends it at once, or never. */
export const ANSWERS = `(m.conversation_id is not null or m.automatic is not null)`;

/**
 * `budget` locks the limited accounts' rows in order until commit: turns of all workers spend one after the other. Answers come
 * first, cheapest first; those beyond the limit are `refused`, except confirmations of STOP and CONTACT. `beyond`: other messages
 * over the limit, with all later ones that cost something.
 */
export const BUDGET = `budget as materialized (
    select l.account_id, a.time_zone, t.today, t.month, coalesce(d.spent, 0) as day_spent, coalesce(m.spent, 0) as month_spent,
      least(l.operator_day, l.own_day) - coalesce(d.spent, 0) as day_room,
      least(l.operator_month, l.own_month) - coalesce(m.spent, 0) as month_room
    from spend_limits l join accounts a on a.id = l.account_id
    cross join lateral (select (now() at time zone a.time_zone)::date as today, date_trunc('month', now() at time zone a.time_zone)::date as month) t
    cross join lateral (select case when l.day = t.today then l.day_spent end as spent) d
    cross join lateral (select case when l.month = t.month then l.month_spent end as spent) m
    where l.account_id = any($accounts::uuid[]) order by l.account_id for update of l
  ), refused as materialized (
    select id from (
      select j.id, j.cost, j.owed, least(b.day_room, b.month_room) as room, sum(j.cost) over (partition by j.account_id order by j.owed desc, j.cost, j.id) as through
      from budget b join judged j on j.account_id = b.account_id where j.answers and j.skip is null) f
    where cost > 0 and through > room and not owed
  ), decided as materialized (
    select j.*, coalesce(j.skip, case when r.id is not null then 'spend-limit' end) as skipped from judged j left join refused r on r.id = j.id
  ), beyond as materialized (
    select id, account_id from (
      select j.id, j.account_id, j.cost, least(b.day_room, b.month_room) as room, j.answers,
        sum(j.cost) over (partition by j.account_id order by j.answers desc, j.id) as through
      from budget b join decided j on j.account_id = b.account_id
      where j.skipped is null and j.wait is null and (j.campaign is null or j.campaign = 'launched')) f
    where cost > 0 and through > room and not answers
  )`;

/**
 * Counts the price of claimed messages and refunds today's that the carrier refused. A message in doubt may have been sent: it
 * counts.
 */
export const SPENT = `tally as materialized (
    select b.account_id, b.today, b.month, coalesce(c.cost, 0) as charge, coalesce(r.cost, 0) as refund, b.day_spent, b.month_spent,
      exists (select from beyond o where o.account_id = b.account_id) as held,
      case when b.month_room < coalesce(b.day_room, b.month_room + 1) then 'month' else 'day' end as held_by, b.time_zone
    from budget b
    left join (select account_id, sum(cost) as cost from claimed where state = 'submitting' group by account_id) c on c.account_id = b.account_id
    left join lateral (
      select sum(s.cost_micros) as cost from stored s where s.account_id = b.account_id and s.said in ('queued', 'deferred', 'failed')
        and s.state in ('queued', 'failed') and (s.submitted_at at time zone b.time_zone)::date = b.today
    ) r on true
  ), spent as (
    update spend_limits l set day = t.today, month = t.month,
      day_spent = greatest(0, t.day_spent + t.charge - t.refund), month_spent = greatest(0, t.month_spent + t.charge - t.refund),
      held_by = case when t.held then t.held_by when t.refund = 0 and l.held_until > now() then l.held_by end,
      held_until = case when t.refund = 0 and l.held_until > now() and not t.held then l.held_until
        when t.held then (case t.held_by when 'day' then t.today + 1 else (t.month + interval '1 month')::date end)::timestamp at time zone t.time_zone end
    from tally t where l.account_id = t.account_id and (t.charge > 0 or t.refund > 0 or t.held)
  )`;
