import { activityInfo } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { CampaignState } from '../../database/campaigns/campaign.ts';
import { readCampaignFacts } from '../../database/campaigns/campaign-wait.ts';
import { campaignWait } from '../../domain/campaigns/campaign-wait.ts';
import { affected, rows, transaction } from '../../database/sql.ts';

/** `startInMs` is 0 once the campaign may send. */
export type CampaignLook = {
  state: CampaignState;
  accountId: string;
  carrierId: string;
  carrierIds: string[];
  total: number;
  startInMs: number;
};

/** Why a campaign waits and until when, what is left, and its final totals. */
export type CampaignStory = {
  wait: { reason: string; until: string | null } | null;
  queued: number;
  totals: Record<string, number> | null;
};

type Deps = {
  pool: Pool;
  /** The run has looked at its page: the start gate may admit another. */
  onPageTaken: (runId: string) => void;
};
export type CampaignSteps = ReturnType<typeof createCampaignSteps>;

export const createCampaignSteps = ({ pool, onPageTaken }: Deps) => ({
  /** Read: the row decides the run's next step. */
  async lookAtCampaign(campaignId: string): Promise<CampaignLook> {
    const [campaign] = await rows<CampaignLook>(
      pool,
      `update campaigns set handed_at = coalesce(handed_at, now()) where id = $1
       returning state, account_id as "accountId", carrier_id as "carrierId", coalesce(carrier_ids, array[carrier_id]) as "carrierIds", total,
         ceil(greatest(0, coalesce(extract(epoch from send_at - now()) * 1000, 0)))::float8 as "startInMs"`,
      [campaignId],
    );
    if (!campaign) throw new Error('The campaign does not exist');
    return campaign;
  },

  /** Idempotent: skips what a cancel left, and ends the campaign when nothing is queued or submitting. False otherwise. */
  closeCampaign: (campaignId: string): Promise<boolean> =>
    transaction(pool, async (client) => {
      const [campaign] = await rows<{ state: CampaignState }>(client, `select state from campaigns where id = $1 for update`, [
        campaignId,
      ]);
      if (!campaign) throw new Error('The campaign does not exist');
      if (campaign.state === 'cancelled') {
        await affected(
          client,
          `update messages set state = 'skipped', reason = 'cancelled' where campaign_id = $1 and state = 'queued'`,
          [campaignId],
        );
      }
      const counts = await countMessages(client, campaignId);
      if ((counts['queued'] ?? 0) + (counts['submitting'] ?? 0) > 0) return false;
      await affected(
        client,
        `update campaigns set state = case when state = 'cancelled' then state else 'completed' end, ended_at = now(), totals = $2
         where id = $1 and ended_at is null`,
        [campaignId, JSON.stringify(counts)],
      );
      return true;
    }),

  /** Read: what the run shows of its campaign. */
  async explainCampaign(campaignId: string): Promise<CampaignStory> {
    const facts = await readCampaignFacts(pool, campaignId);
    if (!facts) throw new Error('The campaign does not exist');
    const wait = campaignWait(facts);
    const [row] = await rows<{ totals: Record<string, number> | null }>(pool, 'select totals from campaigns where id = $1', [
      campaignId,
    ]);
    return {
      wait: wait && { reason: wait.reason, until: wait.until?.toISOString() ?? null },
      queued: facts.queued,
      totals: row?.totals ?? null,
    };
  },

  /** Read: the carrier of each message. */
  async groupByCarrier(messageIds: string[]): Promise<{ carrierId: string; ids: string[] }[]> {
    const found = await rows<{ carrier_id: string; ids: string[] }>(
      pool,
      `select carrier_id, array_agg(id::text order by id) as ids from messages where id = any($1::uuid[]) and state = 'queued' group by 1`,
      [messageIds],
    );
    onPageTaken(activityInfo().workflowExecution?.workflowId ?? 'none');
    return found.map((row) => ({ carrierId: row.carrier_id, ids: row.ids }));
  },
});

export async function countMessages(sql: Parameters<typeof rows>[0], campaignId: string): Promise<Record<string, number>> {
  const counts = await rows<{ state: string; count: number }>(
    sql,
    `select state, count(*)::int as count from messages where campaign_id = $1 group by state order by state`,
    [campaignId],
  );
  return Object.fromEntries(counts.map((row) => [row.state, row.count]));
}
