import { HOUR_MS } from '../../domain/durations.ts';
import { idAt } from '../ids.ts';
import type { ReplayFilter } from './replay.ts';
import { affected, rows, type Sql } from '../sql.ts';

/** Once delivered, always delivered. */
export const STATE = `case when d.delivered_at is not null then 'delivered' else d.state end`;

export type QueuedAgain = { id: string; endpoint_id: string; healthy: boolean };

/**
 * Queues deliveries for one more attempt each, due now; at a stopped endpoint they are held. Skips those under way and those of
 * deleted endpoints. `webhook-id` and body do not change. Locks rows by id.
 */
export const requeue = (
  sql: Sql,
  {
    ids,
    accountId,
    trigger,
    replayId,
  }: { ids: string[]; accountId: string; trigger: 'manual' | 'replay'; replayId: string | null },
): Promise<QueuedAgain[]> =>
  rows<QueuedAgain>(
    sql,
    `with chosen as (
       select id from deliveries where id = any($1::uuid[]) and account_id = $2 and channel = 'callback'
         and state not in ('in_flight', 'pending') order by id for update
     )
     update deliveries d set
       state = case when e.health in ('paused', 'disabled', 'gone') then 'held' else 'retrying' end,
       held_reason = case when e.health in ('paused', 'disabled', 'gone') then e.health end,
       next_at = case when e.health in ('paused', 'disabled', 'gone') then null else now() end,
       replayed_from = case when d.trigger = 'auto' then d.state else d.replayed_from end, trigger = $3, replay_id = $4
     from chosen, callback_endpoints e
     where d.id = chosen.id and e.id = d.endpoint_id and e.deleted_at is null and d.state not in ('in_flight', 'pending')
     returning d.id, d.endpoint_id, e.health = 'healthy' as healthy`,
    [ids, accountId, trigger, replayId],
  );

/**
 * Queues a mail for one more attempt, due now, whole and under its Message-ID. Skips what was delivered, is under way, or was
 * suppressed or erased. Returns how many deliveries it carries.
 */
export const requeueMail = (sql: Sql, { id, accountId }: { id: string; accountId: string }): Promise<number> =>
  affected(
    sql,
    `with chosen as (
       select d.id from deliveries a join deliveries d on d.id = a.id or d.mail_id = a.mail_id
       where a.id = $1 and a.account_id = $2 and a.channel = 'email' and d.account_id = $2
         and d.state in ('retrying', 'held', 'exhausted') and d.delivered_at is null
         and exists (select from events v where v.id = d.event_id and v.body::jsonb #> '{data,erased}' is null)
       order by d.id for update of d
     )
     update deliveries d set state = 'retrying', held_reason = null, next_at = now(), finished_at = null, trigger = 'manual'
     from chosen where d.id = chosen.id`,
    [id, accountId],
  );

/** Withdraws a replay's unattempted deliveries: each is as before. */
export const withdrawReplay = (sql: Sql, replayId: string): Promise<{ id: string }[]> =>
  rows<{ id: string }>(
    sql,
    `update deliveries set trigger = 'auto', replay_id = null,
       state = case when replayed_from in ('delivered', 'exhausted', 'aborted') then replayed_from else state end,
       held_reason = case when replayed_from in ('delivered', 'exhausted', 'aborted') then null else held_reason end,
       next_at = case when replayed_from in ('delivered', 'exhausted', 'aborted') then null else next_at end
     where id in (select id from deliveries where replay_id = $1 and trigger <> 'auto' and state in ('retrying', 'held') order by id for update)
     returning id`,
    [replayId],
  );

type Selection = { accountId: string; endpointId: string; filter: ReplayFilter };

const SELECTED = `from deliveries d
  where d.account_id = $accountId and d.endpoint_id = $endpointId and d.channel = 'callback' and d.created_at >= $since
    and d.created_at < $until and d.id >= $firstId and ${STATE} = any($states::text[])
    and ($ids::uuid[] is null or d.id = any($ids::uuid[]))`;

const values = ({ accountId, endpointId, filter: { since, until, states, ids } }: Selection) => ({
  accountId,
  endpointId,
  since,
  until,
  states,
  ids,
  // Ids follow time within clock differences: a lower bound for the scan.
  firstId: idAt(new Date(since).getTime() - HOUR_MS),
});

export async function countSelected(sql: Sql, selection: Selection): Promise<number> {
  const [found] = await rows<{ count: number }>(sql, `select count(*)::int as count ${SELECTED}`, values(selection));
  return found?.count ?? 0;
}

/** The next ids in order. */
export async function nextSelected(sql: Sql, selection: Selection, after: string | null, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    sql,
    `select d.id ${SELECTED} and ($after::uuid is null or d.id > $after) order by d.id limit $limit`,
    { ...values(selection), after, limit },
  );
  return found.map((row) => row.id);
}
