import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows, transaction, type Sql } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { campaignCallback } from './campaign-callback.ts';
import { checkCallbackUrl } from '../reply-settings/callback-url.ts';
import { CampaignText, readCampaignText } from './campaign-request.ts';
import { campaignView, CampaignView } from './campaign-view.ts';
import { requestOf } from '../../planning/plan-list.ts';
import { beginImport, holdDraft, importStored, takeRows } from './lists.ts';
import { planPage } from '../../planning/plan-campaign.ts';
import type { CampaignRequest } from '../../planning/plan.ts';
import { conflict, missing, notFound, refused } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { loadPlanRules } from '../../planning/load-rules.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { ApiServices, CallingAccount } from '../services.ts';

export const DraftChange = z
  .strictObject({
    name: CampaignText.name,
    text: CampaignText.text,
    route: CampaignText.route,
    allowUnreachable: CampaignText.allowUnreachable.removeDefault(),
    withReplies: CampaignText.withReplies.removeDefault(),
    optimise: CampaignText.optimise.removeDefault(),
    simulation: CampaignText.simulation.removeDefault(),
    purpose: CampaignText.purpose.removeDefault(),
    resendInDoubt: CampaignText.resendInDoubt.removeDefault(),
    sender: CampaignText.sender.nullable(),
    requestId: CampaignText.requestId.nullable(),
    keyword: CampaignText.keyword.nullable(),
    callbackUrl: CampaignText.callbackUrl.nullable(),
    sendAt: CampaignText.sendAt.nullable(),
  })
  .partial()
  .openapi('DraftChange', { description: 'What is left out stays as it is; null takes it away' });

const route = routesOf('Campaigns');
const change = route('patch', '/campaigns/{id}', 'changeDraft', {
  summary: 'Change a campaign that was not launched. Its list is kept, and looked at anew where the messages become others',
  request: { params: IdParam, body: body(DraftChange) },
  responses: ok('As it is now; `importing` while its list is looked at', CampaignView, {
    ...notFound,
    ...conflict,
    ...refused,
  }),
});

const or = <T>(given: T | undefined, stored: T): T => (given === undefined ? stored : given);

export function changedBy(asked: z.infer<typeof DraftChange>, before: Campaign) {
  const purpose = or(asked.purpose, before.purpose);
  const resendInDoubt = or(asked.resendInDoubt, before.resendInDoubt);
  const given = { purpose, resendInDoubt, keyword: asked.keyword ?? undefined, sendAt: asked.sendAt ?? undefined };
  const { sendAt, keyword } = readCampaignText(given, new Date());
  return {
    name: or(asked.name, before.name),
    requestId: or(asked.requestId, before.requestId ?? null),
    route: or(asked.route, before.route),
    text: or(asked.text, before.text),
    sender: or(asked.sender, before.sender ?? null),
    withReplies: or(asked.withReplies, before.withReplies),
    allowUnreachable: or(asked.allowUnreachable, before.allowUnreachable),
    optimise: or(asked.optimise, before.optimise),
    simulation: or(asked.simulation, before.simulation),
    purpose,
    resendInDoubt,
    keyword: asked.keyword === undefined ? (before.keyword ?? null) : keyword,
    sendAt: asked.sendAt === undefined ? (before.sendAt ?? null) : sendAt,
  };
}

/** Changes with any stored field of a campaign, for optimistic concurrency. */
export async function versionOf(sql: Sql, id: string, accountId: string): Promise<string> {
  const [row] = await rows<{ version: string }>(
    sql,
    'select xmin::text as version from campaigns where id = $1 and account_id = $2',
    [id, accountId],
  );
  if (!row) throw missing();
  return row.version;
}
export const changedMeanwhile = (): AppError => new AppError('conflict', said('campaign-changed'));

/** Checks a campaign without recipients. Returns the carrier it starts with. */
export async function carrierOf(
  services: ApiServices,
  account: CallingAccount,
  request: Omit<CampaignRequest, 'recipients'>,
): Promise<string> {
  const plan = await planPage({ ...request, recipients: [] }, await loadPlanRules(services, account, request.route), 1);
  if ('refused' in plan) throw new AppError(plan.refused.code, plan.refused.said, plan.refused.faults);
  return plan.carrierId;
}

/** Imports the rows of the latest list again under a new id. False without such rows. */
async function lookAgain(client: PoolClient, campaignId: string, accountId: string, importId: string): Promise<boolean> {
  const [list] = await rows<{ id: string; columns: string[] }>(
    client,
    'select id, columns from list_imports where campaign_id = $1 and account_id = $2 order by id desc limit 1',
    [campaignId, accountId],
  );
  const listed = list ? await takeRows(client, list.id, importId) : 0;
  await beginImport(client, campaignId, accountId);
  if (list && listed > 0) await importStored(client, { id: importId, accountId, campaignId, columns: list.columns, listed });
  else await affected(client, `update campaigns set state = 'draft', total = 0, segments = 0 where id = $1`, [campaignId]);
  return listed > 0;
}

export const draftChanges = (services: ApiServices) => {
  const { db, runs } = services;
  return forAccounts().openapi(change, async (c) => {
    const { id } = c.req.valid('param');
    const account = c.get('account');
    const asked = c.req.valid('json');
    await checkCallbackUrl(services, 'callbackUrl', asked.callbackUrl);
    const version = await versionOf(db.pool, id, account.id);
    const before = await db.em().findOneOrFail(Campaign, { id, account: account.id });
    const after = changedBy(asked, before);
    const carrier = await carrierOf(services, account, requestOf(after));
    const importId = newId();
    const again = await transaction(db.pool, async (client) => {
      await holdDraft(client, id, account.id);
      if ((await versionOf(client, id, account.id)) !== version) throw changedMeanwhile();
      const callbackUrl = or(asked.callbackUrl, before.callbackUrl ?? null);
      const endpoint = await campaignCallback(services, client, account.id, callbackUrl ?? undefined);
      await affected(
        client,
        `update campaigns set name = $name, request_id = $requestId, route = $route, text = $text, sender = $sender,
           with_replies = $withReplies, allow_unreachable = $allowUnreachable, optimise = $optimise, simulation = $simulation,
           purpose = $purpose, resend_in_doubt = $resendInDoubt, keyword = $keyword, send_at = $sendAt, callback_url = $callbackUrl,
           callback_endpoint_id = $endpoint, carrier_id = $carrier where id = $id`,
        { ...after, id, callbackUrl, endpoint, carrier },
      );
      const others = messagesOf(after) !== messagesOf(before);
      return others && lookAgain(client, id, account.id, importId);
    });
    const changed = campaignView(await db.em().findOneOrFail(Campaign, { id, account: account.id }));
    if (again) runs.importRecipients(importId, account.id);
    return c.json(changed, 200);
  });
};

/** The part of a campaign that decides its messages. */
const messagesOf = (campaign: Parameters<typeof requestOf>[0] & { simulation: boolean }): string =>
  JSON.stringify([requestOf(campaign), campaign.simulation]);
