import type { CampaignFacts } from '../../domain/campaigns/campaign-wait.ts';
import { CARRIER_UP } from '../carriers/carrier-health.ts';
import { rows, type Sql } from '../sql.ts';

/** Facts for `campaignWait`; null if there is no such campaign. */
export async function readCampaignFacts(sql: Sql, campaignId: string): Promise<CampaignFacts | null> {
  const [row] = await rows<CampaignFacts>(
    sql,
    `with q as (
       select count(*)::int as queued, count(*) filter (where not_before is null or not_before <= now())::int as due,
         min(not_before) filter (where not_before > now()) as next_at from messages where campaign_id = $1 and state = 'queued'
     )
     select now(), x.state, x.send_at as "sendAt", q.queued, q.due, q.next_at as "nextDueAt",
       case when q.due = 0 then (select m.reason from messages m where m.campaign_id = $1 and m.state = 'queued' and m.not_before = q.next_at limit 1) end as "nextReason",
       (select l.held_until from spend_limits l where l.account_id = x.account_id and x.cost_micros > 0 and l.held_until > now()) as "spendHeldUntil",
       exists (select from restores where released_at is null) as restored,
       array(select case when ${CARRIER_UP} then 'up' when c.paused_at is not null then 'paused' else 'down' end
         from carriers c where c.id = any(coalesce(x.carrier_ids, array[x.carrier_id])) order by c.id) as carriers
     from campaigns x cross join q where x.id = $1`,
    [campaignId],
  );
  return row ?? null;
}
