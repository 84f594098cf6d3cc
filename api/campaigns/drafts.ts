import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { flushWithRoom } from '../../database/caps.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { ListImport } from '../../database/campaigns/list-import.ts';
import { newId } from '../../database/ids.ts';
import { affected, transaction } from '../../database/sql.ts';
import { holdCampaign } from '../../database/campaigns/store-campaign.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { asksForReplies, twoWayOff } from '../../domain/sending/sender-policy.ts';
import { campaignCallback } from './campaign-callback.ts';
import { checkCallbackUrl } from '../reply-settings/callback-url.ts';
import { CampaignText, HoldSeconds, readCampaignText, sendTime } from './campaign-request.ts';
import { campaignView, CampaignView } from './campaign-view.ts';
import { carrierOf, changedMeanwhile, versionOf } from './change-draft.ts';
import { putAside } from './reschedule.ts';
import { conflict, notFound, refused } from '../http/problem.ts';
import { accepted, forAccounts, created, routesOf } from '../http/route.ts';
import { body, IdParam, iso } from '../http/schemas.ts';
import type { AccountEnv, ApiServices, CallingAccount } from '../services.ts';

const Draft = z.strictObject(CampaignText).openapi('NewDraft');
const Launch = z
  .strictObject({
    skipInvalid: z
      .boolean()
      .default(false)
      .openapi({ description: 'Launch without the rows that can not be accepted; otherwise one of them refuses the launch' }),
    sendAt: CampaignText.sendAt.openapi({ description: 'Left out: as the draft says' }),
    holdSeconds: HoldSeconds,
  })
  .openapi('Launch');

const route = routesOf('Campaigns');
const create = route('post', '/campaigns/drafts', 'createDraft', {
  summary: 'Begin a campaign whose list follows: POST /campaigns/{id}/recipients, then /campaigns/{id}/launch',
  request: { body: body(Draft) },
  responses: created('Made', CampaignView, refused),
});

const launch = route('post', '/campaigns/{id}/launch', 'launchCampaign', {
  summary: 'Launch a campaign whose list is ready',
  request: { params: IdParam, body: body(Launch) },
  responses: accepted('Launched; sending starts at sendAt', CampaignView, { ...notFound, ...conflict, ...refused }),
});

async function createDraft(services: ApiServices, c: Context<AccountEnv>, asked: z.infer<typeof Draft>): Promise<Campaign> {
  const { db } = services;
  const account = c.get('account');
  const { callbackUrl, ...given } = asked;
  await checkCallbackUrl(services, 'callbackUrl', callbackUrl);
  const createdAt = new Date();
  const { sendAt, keyword } = readCampaignText(asked, createdAt);
  const id = newId();
  const carrier = await carrierOf(services, account, { ...given, sender: given.sender, sendAt });
  const callbackEndpointId = await transaction(db.pool, (client) => campaignCallback(services, client, account.id, callbackUrl));
  const em = db.em();
  const campaign = em.create(Campaign, {
    ...given,
    id,
    account: account.id,
    carrier,
    requestId: given.requestId ?? null,
    sender: given.sender ?? null,
    keyword,
    callbackUrl: callbackUrl ?? null,
    callbackEndpointId,
    state: 'draft',
    total: 0,
    segments: 0,
    sendAt,
    createdAt,
  });
  await flushWithRoom(db.pool, em, 'drafts', { accountId: account.id });
  return campaign;
}

async function checkLaunch(
  { db }: ApiServices,
  account: CallingAccount,
  campaign: Campaign,
  { skipInvalid }: z.infer<typeof Launch>,
) {
  const list = await db.em().findOne(ListImport, { campaign: campaign.id }, { orderBy: { id: 'desc' } });
  if (campaign.state !== 'ready' || !list) throw new AppError('conflict', said('campaign-not-ready', { state: campaign.state }));
  if (list.invalid > 0 && !skipInvalid)
    throw new AppError('invalid-rows', said('rows-invalid', { rows: list.invalid }), [
      fault('list', 'list-invalid-rows', { n: list.invalid }),
    ]);
  const { route, text, withReplies, sender } = campaign;
  // A list may have become ready before two-way SMS was turned off.
  if (asksForReplies({ route, text, withReplies, sender: sender ?? undefined }) && account.twoWay !== 'on')
    throw new AppError('two-way-off', twoWayOff(account).said);
}

async function launchDraft(services: ApiServices, c: Context<AccountEnv>, id: string, asked: z.infer<typeof Launch>) {
  const { db, runs } = services;
  const account = c.get('account').id;
  const { sendAt: time, holdSeconds } = asked;
  const version = await versionOf(db.pool, id, account);
  const em = db.em();
  const campaign = await em.findOneOrFail(Campaign, { id, account });
  await checkLaunch(services, c.get('account'), campaign, asked);
  const launchedAt = new Date();
  const chosen = sendTime(time, launchedAt.getTime()) ?? campaign.sendAt ?? null;
  const sendAt = await transaction(db.pool, async (client) => {
    // Only the version that was checked here is launched.
    const moved = await affected(
      client,
      `update campaigns set state = 'launched', launched_at = $4, send_at = $5, http_request_id = $6 where id = $1 and account_id = $2 and xmin::text = $3`,
      [id, account, version, launchedAt, chosen, c.get('requestId')],
    );
    if (moved === 0) throw changedMeanwhile();
    if (campaign.replacesId) await putAside(client, account, campaign.replacesId);
    return holdSeconds === undefined ? chosen : holdCampaign(client, id, holdSeconds);
  });
  runs.sendCampaign(id);
  if (campaign.replacesId) runs.campaignChanged(campaign.replacesId);
  const launched = { state: 'launched' as const, launchedAt: launchedAt.toISOString(), sendAt: iso(sendAt) };
  return { ...campaignView(campaign), ...launched };
}

export const drafts = (services: ApiServices) =>
  forAccounts()
    .openapi(create, async (c) => c.json(campaignView(await createDraft(services, c, c.req.valid('json'))), 201))
    .openapi(launch, async (c) => c.json(await launchDraft(services, c, c.req.valid('param').id, c.req.valid('json')), 202));
