import { Account } from '../database/account.ts';
import { Campaign } from '../database/campaigns/campaign.ts';
import type { Sql } from '../database/sql.ts';
import { detailOf } from '../domain/problems/errors.ts';
import { fault, type Fault } from '../domain/problems/said.ts';
import { planPage, tagsWithoutColumn, type PlannedPage } from './plan-campaign.ts';
import type { CampaignRequest, PlanningDeps } from './plan.ts';
import { loadPlanRules, readsOf, type PlanRules } from './load-rules.ts';

/** Plans a campaign's list page by page, with the rules at the import's start. */
export type ListPlan = {
  accountId: string;
  campaignId: string;
  twoWay: boolean;
  simulation: boolean;
  page(rows: readonly unknown[], first: number, sql: Sql): Promise<PlannedPage | { error: Fault }>;
};

type Asking = Pick<Campaign, 'route' | 'text' | 'withReplies' | 'allowUnreachable' | 'purpose' | 'optimise'> & {
  sender?: string | null | undefined;
  sendAt?: Date | null | undefined;
};

export const requestOf = (campaign: Asking): Omit<CampaignRequest, 'recipients'> => ({
  route: campaign.route,
  text: campaign.text,
  sender: campaign.sender ?? undefined,
  withReplies: campaign.withReplies,
  allowUnreachable: campaign.allowUnreachable,
  sendAt: campaign.sendAt ?? null,
  purpose: campaign.purpose,
  optimise: campaign.optimise,
});

/** Rules that are read on `sql`; codes that the campaign itself holds are free to it. */
export const besideOthers = (rules: PlanRules, sql: Sql, { id, route }: Pick<Campaign, 'id' | 'route'>): PlanRules => ({
  ...rules,
  ...readsOf(sql, { account: rules.account.id, route, codes: rules.numbers, except: id }),
});

/** Null without campaign; a fault if text and list don't match. */
export async function planList(
  services: Pick<PlanningDeps, 'db' | 'stopNumber'>,
  campaignId: string,
  columns: string[],
): Promise<ListPlan | { error: Fault } | null> {
  const em = services.db.em();
  const campaign = await em.findOne(Campaign, { id: campaignId });
  const account = campaign && (await em.findOne(Account, { id: campaign.account }));
  if (!campaign || !account) return null;
  const [unknown] = tagsWithoutColumn(campaign.text, columns);
  if (unknown) return { error: unknown };
  const rules = await loadPlanRules(services, account, campaign.route);
  const asked = requestOf(campaign);
  return {
    accountId: account.id,
    campaignId,
    twoWay: account.twoWay === 'on',
    simulation: campaign.simulation,
    async page(list, first, sql) {
      const planned = await planPage({ ...asked, recipients: list }, besideOthers(rules, sql, campaign), first);
      if (!('refused' in planned)) return planned;
      const [found] = planned.refused.faults;
      return {
        error:
          found ?? fault('campaign', 'campaign-refused', { detail: planned.refused.said ?? detailOf(planned.refused, 'en') }),
      };
    },
  };
}
