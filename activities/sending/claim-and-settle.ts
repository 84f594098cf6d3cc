import type { Pool, PoolClient } from 'pg';
import type { SubmitResult } from '../../carriers/carrier.ts';
import { FRENCH_NUMBER } from '../../domain/france.ts';
import type { MessageState } from '../../domain/sending/message.ts';
import { prepared } from '../../database/sql.ts';
import { NOTE_DOUBTS, SECOND_TRY_SECONDS, SENT_AGAIN } from './in-doubt.ts';
import { HEARS, NOTE_NEWS } from './message-events.ts';
import type { ClaimFacts } from './claim-facts.ts';
import { SENDING_HELD } from './restore-hold.ts';
import { ANSWERS, BUDGET, SPENT } from './spend-budget-sql.ts';
import type { Slot } from './slot-lease.ts';

/** A result to store for a `submitting` message. */
export type Settled = { id: string; result: SubmitResult };

/** A claim's outcome for one row: sent now, finished unsent, or still `queued`. */
export type Claim = { id: string; state: 'submitting' | 'skipped' | 'simulated' | 'queued' };

const after: Record<SubmitResult['outcome'], MessageState | 'deferred'> = {
  accepted: 'accepted',
  rejected: 'failed',
  throttled: 'queued',
  deferred: 'deferred',
  unsent: 'queued',
  unknown: 'in_doubt',
};

const reasonOf = (result: SubmitResult): string | null => {
  switch (result.outcome) {
    case 'accepted':
      return null;
    case 'rejected':
    case 'deferred':
      return result.code;
    case 'throttled':
      return 'throttled';
    case 'unknown':
    case 'unsent':
      return result.reason;
    default:
      return result satisfies never;
  }
};

const delayOf = (result: SubmitResult): number | null => {
  if (result.outcome === 'throttled') return result.retryAfterMs;
  return result.outcome === 'unsent' ? 1000 : null;
};

/** Waits after a trouble on the carrier's side: eight attempts within two hours, then `failed`. */
const DEFERRED_SECONDS = 'array[5, 15, 60, 300, 900, 1800, 3600]';

// One statement: one commit and one round trip a turn. The slot's row is updated first. It is the fence (a dead token updates
// nothing, so nothing else happens) and lists the `submitting` rows, which saves an index over a changing state. A receipt
// earlier than its answer is among the orphans or has moved the state already. Orphans of accounts with message events stay there
// until the next match, which emits the event.
const TURN = `
  with mine as (
    update carrier_slots set "window" = $window::uuid[]
    where carrier_id = $carrier and slot = $slot and epoch = $epoch and lease_until > now() returning epoch
  ), early as (
    delete from orphan_receipts o using mine, unnest($references::text[], $referencedIds::uuid[]) as r (reference, id)
      join messages m on m.id = r.id
    where o.carrier_id = $carrier and o.reference = r.reference and not ${HEARS} returning r.id, o.status, o.error
  ), stored as (
    update messages m set reason = coalesce(e.error, r.reason), settled_at = now(),
      state = coalesce(e.status, case when r.state = 'in_doubt' and ${SENT_AGAIN} then 'queued'
        when r.state = 'deferred' then case when m.deferrals < cardinality(${DEFERRED_SECONDS}) then 'queued' else 'failed' end else r.state end),
      deferrals = m.deferrals + (r.state = 'deferred')::int,
      resends = m.resends + case when r.state = 'in_doubt' and ${SENT_AGAIN} then 1 else 0 end,
      not_before = case when r.delay is not null then now() + make_interval(secs => r.delay / 1000.0)
        when r.state = 'in_doubt' then now() + interval '${SECOND_TRY_SECONDS} seconds'
        when r.state = 'deferred' then now() + make_interval(secs => (${DEFERRED_SECONDS})[m.deferrals + 1]) else m.not_before end
    from mine, unnest($settledIds::uuid[], $outcomes::text[], $reasons::text[], $delays::float8[]) as r (id, state, reason, delay)
    left join (select distinct on (id) id, status, error from early) e on e.id = r.id
    where m.id = r.id and m.epoch = mine.epoch and m.state = 'submitting'
    returning m.id, m.state, m.carrier_id, m.to_number, m.sender, m.submitted_at, m.account_id, m.cost_micros, r.state as said
  ), doubted as (
    ${NOTE_DOUBTS('stored')}
  ), referenced as (
    insert into message_references (carrier_id, reference, message_id)
    select $carrier, r.reference, r.id from mine, unnest($references::text[], $referencedIds::uuid[]) as r (reference, id) on conflict do nothing
  ), awaited as (
    insert into awaited_results (carrier_id, reference, submitted_at, next_at)
    select $carrier, r.reference, now(), now() + interval '5 seconds'
    from mine, unnest($references::text[], $referencedIds::uuid[]) as r (reference, id)
    where $asksResults on conflict (carrier_id, reference) do update set submitted_at = now(), next_at = excluded.next_at
  ), judged as materialized (
    select m.id, m.simulation, c.state as campaign, m.account_id, case when m.simulation then 0 else coalesce(m.cost_micros, 0) end as cost,
      ${ANSWERS} as answers, coalesce(m.automatic, '') in ('stop-confirmation', 'contact') as owed,
      case when c.state = 'cancelled' then 'cancelled' when least(m.expires_at, c.expires_at) <= now() then 'expired'
        when exists (select from accounts a where a.id = m.account_id and a.closed_at is not null) then 'account-closed'
        when c.route = 'lowcost' and c.purpose = 'marketing' and p.lowcost_marketing = 'refuse' and m.to_number ~ '${FRENCH_NUMBER}' then 'lowcost-marketing'
        when m.sender like '+%' and exists (
          select from numbers n where n.carrier_id = $carrier and n.number = m.sender and n.kind = 'virtual' and n.account_id is distinct from m.account_id
        ) then 'number-released'
        when coalesce(m.automatic, '') not in ('stop-confirmation', 'contact') and exists (
          select from opt_outs o where o.account_id = m.account_id and o.phone in (m.to_number, w.hash)) then 'opted-out' end as skip,
      case when c.purpose = 'marketing' and p.quiet_hours = 'hold'
        then nullif(case p.quiet_preset when 'strict' then w.strict else w.standard end, 0) end as wait
    from mine join carriers s on s.id = $carrier and s.paused_at is null cross join messages m
    left join campaigns c on c.id = m.campaign_id
    left join account_policies p on p.account_id = m.account_id
    left join unnest($markedIds::uuid[], $hashes::text[], $standardWaits::float8[], $strictWaits::float8[])
      as w (id, hash, standard, strict) on w.id = m.id
    where m.id = any($wanted::uuid[]) and m.state = 'queued' and m.carrier_id = $carrier
      and (m.not_before is null or m.not_before <= now()) and not ${SENDING_HELD}
  ), ${BUDGET}, claimed as (
    update messages m set
      state = case when j.skipped is not null then 'skipped' when j.wait is not null then 'queued' when j.simulation then 'simulated' else 'submitting' end,
      reason = case when j.skipped is null and j.wait is not null then 'quiet-hours' else j.skipped end, epoch = $epoch,
      submitted_at = case when j.skipped is null and j.wait is null then now() end,
      not_before = case when j.skipped is null then now() + make_interval(secs => j.wait / 1000.0) end
    from decided j
    where m.id = j.id and m.state = 'queued' and m.carrier_id = $carrier and (j.skipped is not null or j.campaign is null or j.campaign = 'launched')
      and not exists (select from beyond o where o.id = j.id)
    returning m.id, m.state, j.account_id, j.cost, m.simulation as simulated
  ), news as (
    ${NOTE_NEWS(`(
      select id, account_id, state from stored union all select id, account_id, state from claimed where not simulated
    )`)}
  ), ${SPENT}
  select (select count(*)::int from mine) as held,
    coalesce((select array_agg(id::text) from claimed), '{}') as ids,
    coalesce((select array_agg(state) from claimed), '{}') as states`;

/** Results a turn stores, and rows it claims. */
export type Turn = {
  /** Most ids `submitting` afterwards: those under way, and `wanted`. */
  window?: string[];
  settled?: Settled[];
  wanted?: string[];
  /** Per number, facts the database can't compute. */
  marks?: ClaimFacts[];
  /** The carrier must be asked for results. */
  asksResults?: boolean;
  accounts?: string[];
};

/**
 * One turn of a carrier slot: stores finished results and claims the next rows in one commit. Null when the lease is lost:
 * nothing was stored or claimed. Opt-out, quiet hours, lowcost marketing policy, ended rental, spend limit, pause (of campaign or
 * carrier) and cancel are conditions of the claim, so they hold until the moment of sending.
 */
export async function settleAndClaim(
  sql: Pool | PoolClient,
  slot: Slot,
  { settled = [], wanted = [], window = wanted, marks = [], asksResults = false, accounts = [] }: Turn,
): Promise<Claim[] | null> {
  const references = settled.flatMap(({ id, result }) =>
    result.outcome === 'accepted' ? result.references.map((reference) => ({ id, reference })) : [],
  );
  const [turn] = await prepared<{ held: number; ids: string[]; states: Claim['state'][] }>(sql, 'take-turn', TURN, {
    carrier: slot.carrierId,
    slot: slot.slot,
    epoch: slot.epoch,
    window,
    settledIds: settled.map(({ id }) => id),
    outcomes: settled.map(({ result }) => after[result.outcome]),
    reasons: settled.map(({ result }) => reasonOf(result)),
    delays: settled.map(({ result }) => delayOf(result)),
    references: references.map(({ reference }) => reference),
    referencedIds: references.map(({ id }) => id),
    wanted,
    markedIds: marks.map(({ id }) => id),
    hashes: marks.map(({ hash }) => hash),
    standardWaits: marks.map(({ standardWaitMs }) => standardWaitMs),
    strictWaits: marks.map(({ strictWaitMs }) => strictWaitMs),
    asksResults,
    accounts,
  });
  if (!turn || turn.held === 0) return null;
  return turn.ids.flatMap((id, index) => {
    const state = turn.states[index];
    return state ? [{ id, state }] : [];
  });
}
