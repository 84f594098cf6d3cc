import { WAIT_REASONS } from '../../domain/campaigns/campaign-wait.ts';
import { WITHIN } from '../../database/campaigns/campaign-results.ts';
import { sentenceOf, type Language } from '../../domain/problems/said.ts';
import { WARNINGS, type Warning } from '../../domain/problems/warning.ts';
import { z } from '@hono/zod-openapi';
import type { Campaign } from '../../database/campaigns/campaign.ts';
import { Money, moneyOrNone } from '../http/money-view.ts';
import { Country, Id, Route, shown, Time } from '../http/schemas.ts';

export const CampaignState = z.enum(['draft', 'importing', 'ready', 'launched', 'paused', 'completed', 'cancelled']);

export const CampaignView = z
  .object({
    id: Id,
    name: z.string(),
    route: Route,
    purpose: z.enum(['marketing', 'transactional']),
    text: z.string(),
    sender: z
      .object({ given: z.string().nullable(), became: z.string().nullable() })
      .openapi({ description: 'As it was given, and what recipients see; `became` is null where messages differ' }),
    requestId: z.string().nullable().openapi({ description: 'Your own name for it' }),
    withReplies: z.boolean(),
    allowUnreachable: z.boolean(),
    simulation: z.boolean(),
    keyword: z.string().nullable().openapi({ description: 'Replies that begin with it answer this campaign' }),
    resendInDoubt: z.boolean(),
    callback: z.object({ url: z.string(), endpointId: Id }).nullable().openapi({
      description: 'Where its replies are posted too, and the endpoint that holds its secret, health and deliveries',
    }),
    replaces: Id.nullable().openapi({
      description: 'Of a draft: the campaign in whose place it goes, which is cancelled as it is launched',
    }),
    state: CampaignState,
    total: z.number().int().openapi({ description: 'Recipients' }),
    segments: z.number().int().openapi({ description: 'Segments of all messages together' }),
    cost: Money.nullable().openapi({ description: 'Of all messages together; null: no price is set' }),
    optimise: z.boolean(),
    sendAt: Time.nullable(),
    expiresAt: Time.nullable().openapi({ description: 'What has not gone by then is skipped' }),
    createdAt: Time,
    launchedAt: Time.nullable(),
    endedAt: Time.nullable(),
    figures: z
      .object({
        delivered: z.number().int(),
        failed: z.number().int(),
        repliers: z.number().int().openapi({ description: 'Phones that replied' }),
        replied: z.array(z.number().int()).openapi({
          description: `The same by how soon: within ${WITHIN.join(', ')} minutes of the launch, each after the one before, and later`,
        }),
      })
      .optional()
      .openapi({ description: 'In a list that asks for them: what came of a campaign that was launched' }),
  })
  .openapi('Campaign');

export const Warnings = z.array(
  z
    .object({
      code: z.enum(WARNINGS),
      detail: z.string(),
    })
    .openapi('Warning', { description: 'What a sender should know, though it stops nothing' }),
);
export const warningsView = (warnings: readonly Warning[], language: Language) =>
  warnings.map(({ code, ...found }) => ({
    code,
    detail: 'detail' in found ? String(found.detail) : sentenceOf(found, language),
  }));
export const Reach = z
  .array(
    z.object({
      country: Country,
      recipients: z.number().int(),
      canReply: z.number().int().openapi({ description: 'How many of them can reply, as far as is known' }),
      answer: z.enum(['yes', 'no', 'unknown']).openapi({ description: 'Whether replies come from there by this route' }),
      codes: z.array(z.string()).openapi({ description: 'What they reply to; the first few' }),
    }),
  )
  .openapi('Reach', { description: 'By country, most recipients first' });

export const AcceptedCampaign = CampaignView.extend({
  duplicatesRemoved: z
    .number()
    .int()
    .openapi({ description: 'Recipients left out because their number stood earlier in the list; the first is kept' }),
  stopMentionsAdded: z
    .number()
    .int()
    .openapi({ description: 'Messages to France whose text did not say how to stop them: it does now, counted in the segments' }),
  countries: Reach,
  warnings: Warnings,
}).openapi('AcceptedCampaign');

export const CampaignProgress = CampaignView.extend({
  startsInMs: z
    .number()
    .int()
    .nullable()
    .openapi({ description: 'How long it still waits for sendAt, by our clock; null: it does not' }),
  waiting: z
    .object({ reason: z.enum(['spend-limit']), until: Time })
    .nullable()
    .openapi({ description: 'Why what is queued does not go, though the campaign is launched' }),
  wait: z
    .object({ reason: z.enum(WAIT_REASONS), until: Time.nullable(), detail: z.string() })
    .nullable()
    .openapi({
      description: 'Why what is queued does not go now, and until when; until null: until somebody resumes it, or a line is back',
    }),
  progress: z
    .record(z.string(), z.number().int())
    .openapi({ description: 'How many messages are in each state', example: { queued: 120, delivered: 880 } }),
}).openapi('CampaignProgress');

type Nullable<T, K extends keyof T> = Omit<T, K> & { [P in K]?: T[P] | null };
type Shown = Nullable<
  Omit<Campaign, 'account' | 'carrier' | 'carrierIds' | 'handedAt' | 'rowsGoneAt' | 'totals'>,
  | 'costMicros'
  | 'optimise'
  | 'requestId'
  | 'sender'
  | 'wireSender'
  | 'sendAt'
  | 'expiresAt'
  | 'launchedAt'
  | 'endedAt'
  | 'resendInDoubt'
  | 'allowUnreachable'
  | 'keyword'
  | 'callbackUrl'
  | 'callbackEndpointId'
  | 'replacesId'
>;

export const campaignView = (campaign: Shown) =>
  shown(CampaignView, campaign, {
    sender: { given: campaign.sender ?? null, became: campaign.wireSender ?? null },
    allowUnreachable: campaign.allowUnreachable ?? false,
    resendInDoubt: campaign.resendInDoubt ?? false,
    callback:
      campaign.callbackUrl && campaign.callbackEndpointId
        ? { url: campaign.callbackUrl, endpointId: campaign.callbackEndpointId }
        : null,
    replaces: campaign.replacesId ?? null,
    cost: moneyOrNone(campaign.costMicros),
    optimise: campaign.optimise ?? false,
  });
