import type { Sql } from '../database/sql.ts';
import { Account } from '../database/account.ts';
import { Campaign } from '../database/campaigns/campaign.ts';
import { seenBefore } from '../database/campaigns/list-preview.ts';
import { countOptedOut } from '../database/contacts/opt-out.ts';
import { countDead } from '../database/sending/dead-number.ts';
import { normalisePhone } from '../domain/phone-number.ts';
import { addPage, NO_ROWS, type PreviewTally } from '../domain/campaigns/preview-tally.ts';
import { besideOthers, requestOf } from './plan-list.ts';
import { planPage, tagsWithoutColumn } from './plan-campaign.ts';
import { loadPlanRules } from './load-rules.ts';
import type { PlanningDeps } from './plan.ts';

type Page = { previewId: string; tally: PreviewTally | null; list: readonly Record<string, string | null>[]; first: number };

/** Previews a campaign's list page by page, with the plan used for sending. Null without campaign. */
export async function planListPreview(
  services: PlanningDeps,
  campaignId: string,
  columns: string[],
): Promise<{ page(page: Page, sql: Sql): Promise<PreviewTally> } | null> {
  const em = services.db.em();
  const campaign = await em.findOne(Campaign, { id: campaignId });
  const account = campaign && (await em.findOne(Account, { id: campaign.account }));
  if (!campaign || !account) return null;
  const faults = tagsWithoutColumn(campaign.text, columns);
  const rules = await loadPlanRules(services, account, campaign.route);
  const asked = requestOf(campaign);
  const { hashPhone } = services;

  return {
    async page({ previewId, tally, list, first }, sql) {
      const before = tally ?? NO_ROWS;
      if (faults.length > 0) return { ...before, given: list.length, refused: { code: 'invalid-request', faults } };
      const planned = await planPage(
        { ...asked, recipients: list },
        {
          ...besideOthers(rules, sql, campaign),
          async listedBefore(phones) {
            const seen = await seenBefore(sql, previewId, phones.map(hashPhone));
            return new Set(phones.filter((phone) => seen.has(hashPhone(phone))));
          },
        },
        first,
      );
      if ('refused' in planned) return { ...before, refused: planned.refused };
      const phones = planned.messages.map(({ to }) => to);
      return addPage(
        before,
        {
          ...planned,
          given: list.length,
          optedOut: await countOptedOut(sql, account.id, phones, hashPhone),
          dead: await countDead(sql, account.id, phones),
          rowOf(to) {
            const index = list.findIndex((values) => phoneOf(values['to'], account.country) === to);
            return index < 0 ? undefined : first + index;
          },
        },
        asked.text,
      );
    },
  };
}

function phoneOf(written: string | null | undefined, country: string): string | null {
  const phone = written ? normalisePhone(written, country) : null;
  return phone && 'e164' in phone ? phone.e164 : null;
}
