import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { holdCampaign, storeCampaign, type NewCampaign } from '../../database/campaigns/store-campaign.ts';
import { countOptedOut } from '../../database/contacts/opt-out.ts';
import { newId } from '../../database/ids.ts';
import { countDead } from '../../database/sending/dead-number.ts';
import { transaction } from '../../database/sql.ts';
import { loadPlanRules } from '../../planning/load-rules.ts';
import { planCampaign } from '../../planning/plan-campaign.ts';
import { markShared, recentCampaigns } from '../../planning/shared-codes.ts';
import { deadNumbers, optedOut } from '../../planning/warnings.ts';
import { speak } from '../http/language.ts';
import { refusalOf } from '../numbers/no-number-refusal.ts';
import { checkCallbackUrl } from '../reply-settings/callback-url.ts';
import { campaignCallback } from './campaign-callback.ts';
import { CampaignText, HoldSeconds, readCampaignText, Validity } from './campaign-request.ts';
import { campaignView, warningsView } from './campaign-view.ts';
import { keepRows } from './lists.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const MOST_RECIPIENTS = 100_000;
type RecipientIn = { to: string; reference?: string; [column: string]: string | number | null | undefined };

/** The plan checks recipients row by row: it names every bad row and lets other requests in between. */
const Recipient = z.custom<RecipientIn>().openapi('Recipient', {
  type: 'object',
  properties: {
    to: {
      type: 'string',
      description: "A phone number; without a prefix it is read in the account's country",
      example: '+33612345678',
    },
    reference: { type: 'string', maxLength: 255, description: 'Your own, echoed in every callback about this recipient' },
  },
  required: ['to'],
  additionalProperties: { type: ['string', 'number', 'null'], description: 'A value for the merge tag of that name' },
});

export const NewCampaignBody = z
  .strictObject({
    ...CampaignText,
    holdSeconds: HoldSeconds,
    keepRows: z.boolean().default(false).openapi({
      description: 'Keeps the rows as they came: POST /campaigns/{id}/again then has the values of its merge tags too',
    }),
    validity: Validity,
    recipients: z.array(Recipient).min(1).max(MOST_RECIPIENTS).openapi({ minItems: 1, maxItems: MOST_RECIPIENTS }),
  })
  .openapi('NewCampaign');

type Plan = Exclude<Awaited<ReturnType<typeof planCampaign>>, { refused: unknown }>;

/** Warnings about numbers that are skipped silently. */
async function silentWarnings({ db, hashPhone }: ApiServices, accountId: string, messages: Plan['messages']) {
  const phones = messages.map(({ to }) => to);
  return [
    ...optedOut(await countOptedOut(db.pool, accountId, phones, hashPhone)),
    ...deadNumbers(await countDead(db.pool, accountId, phones)),
  ];
}

/**
 * Checks, stores and launches a campaign; the answer is kept under the idempotency key in the same transaction. Throws an
 * AppError that names every bad row; nothing is stored then.
 */
export async function acceptCampaign(services: ApiServices, c: Context<AccountEnv>, asked: z.infer<typeof NewCampaignBody>) {
  const { db, runs } = services;
  const account = c.get('account');
  const id = newId();
  const createdAt = new Date();
  const { sendAt, keyword } = readCampaignText(asked, createdAt);
  const { recipients, callbackUrl, requestId, holdSeconds, validity, keepRows: keeps, ...given } = asked;
  const expiresAt = validity === undefined ? null : new Date((sendAt ?? createdAt).getTime() + validity * 1000);
  await checkCallbackUrl(services, 'callbackUrl', callbackUrl);
  const seen = await recentCampaigns(db.pool);
  const rules = await loadPlanRules(services, account, given.route);
  const plan = await planCampaign({ ...given, sender: given.sender, sendAt, recipients }, rules);
  if ('refused' in plan) throw await refusalOf(services, account.id, plan.refused);

  const { carrierId, wireSender, segments, messages, duplicatesRemoved, reach, warnings, costMicros, stops } = plan;
  const silent = await silentWarnings(services, account.id, messages);
  const campaign: NewCampaign = {
    ...given,
    id,
    accountId: account.id,
    carrierId,
    requestId: requestId ?? c.req.header('idempotency-key') ?? null,
    sender: given.sender ?? null,
    wireSender,
    state: 'launched',
    total: messages.length,
    segments,
    costMicros,
    keyword,
    sendAt,
    expiresAt,
    createdAt,
  };
  const view = await transaction(db.pool, async (client) => {
    const callbackEndpointId = await campaignCallback(services, client, account.id, callbackUrl);
    const stored = { ...campaign, callbackUrl: callbackUrl ?? null, callbackEndpointId, httpRequestId: c.get('requestId') };
    await storeCampaign(client, stored, account.twoWay === 'on', messages);
    if (keeps) await keepRows(client, stored, recipients);
    // Last: the hold begins after a long list is stored.
    const goesAt = holdSeconds === undefined ? sendAt : await holdCampaign(client, id, holdSeconds);
    const told = await markShared(client, { rules, campaignId: id, at: sendAt ?? createdAt, messages, seen, warnings });
    const accepted = {
      ...campaignView({ ...stored, sendAt: goesAt, launchedAt: createdAt, endedAt: null }),
      duplicatesRemoved,
      stopMentionsAdded: stops.added,
      countries: reach,
      warnings: warningsView([...told, ...silent], speak(c)),
    };
    await c.get('idempotency')?.keep(client, 202, accepted);
    return accepted;
  });
  runs.sendCampaign(id); // if this start fails, the sweep starts it
  return view;
}
