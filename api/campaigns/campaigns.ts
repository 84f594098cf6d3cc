import { OpenAPIHono, z } from '@hono/zod-openapi';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { newId } from '../../database/ids.ts';
import { Message } from '../../database/sending/message.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { holdCampaign, storeCampaign, type NewCampaign } from '../../database/campaigns/store-campaign.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said, sentenceOf } from '../../domain/problems/said.ts';
import { campaignCallback } from './campaign-callback.ts';
import { checkCallbackUrl } from '../reply-settings/callback-url.ts';
import { CampaignText, HoldSeconds, readCampaignText, Validity } from './campaign-request.ts';
import { figuresOf, MOST_CAMPAIGNS, type Counted } from '../../database/campaigns/campaign-report.ts';
import { AcceptedCampaign, CampaignProgress, CampaignState, CampaignView, campaignView, warningsView } from './campaign-view.ts';
import { speak } from '../http/language.ts';
import { ById, page, pageOf, PageQuery, readCursor, writeCursor } from '../http/cursor.ts';
import { IdempotencyHeader } from '../http/idempotency.ts';
import { invalid } from '../http/invalid.ts';
import { MessageState, MessageView, messageView } from './message-view.ts';
import { planCampaign } from '../../planning/plan-campaign.ts';
import { conflict, missing, notFound, refused } from '../http/problem.ts';
import { accepted, ok, routesOf } from '../http/route.ts';
import { refusalOf } from '../numbers/no-number-refusal.ts';
import { countOptedOut } from '../../database/contacts/opt-out.ts';
import { countDead } from '../../database/sending/dead-number.ts';
import { markShared, recentCampaigns } from '../../planning/shared-codes.ts';
import { deadNumbers, optedOut } from '../../planning/warnings.ts';
import { readCampaignFacts } from '../../database/campaigns/campaign-wait.ts';
import { campaignWait } from '../../domain/campaigns/campaign-wait.ts';
import { loadPlanRules } from '../../planning/load-rules.ts';
import { body, IdParam, iso } from '../http/schemas.ts';
import { keepRows } from './lists.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const MOST_RECIPIENTS = 100_000;
type RecipientIn = { to: string; reference?: string; [column: string]: string | number | null | undefined };

/** Looked at row by row by the plan, so that every bad row is named and other requests get their turn in between. */
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

const route = routesOf('Campaigns');
const create = route('post', '/campaigns', 'createCampaign', {
  summary: 'Check, store and launch a campaign of up to 100,000 recipients; one bad row refuses all and names every bad row',
  request: { headers: IdempotencyHeader, body: body(NewCampaignBody) },
  responses: accepted('Stored; sending starts at sendAt', AcceptedCampaign, { ...conflict, ...refused }),
});

const list = route('get', '/campaigns', 'listCampaigns', {
  summary: 'Campaigns, newest first',
  request: {
    query: PageQuery.extend({
      state: CampaignState.optional(),
      search: z.string().trim().min(1).max(100).optional().openapi({ description: 'In their names' }),
      figures: z
        .literal('true')
        .optional()
        .openapi({
          description: `Of up to ${MOST_CAMPAIGNS} of the page, what came of them; a large campaign as it was counted last`,
        }),
    }),
  },
  responses: ok('A page', pageOf(CampaignView)),
});

const get = route('get', '/campaigns/{id}', 'getCampaign', {
  summary: 'A campaign and its progress',
  request: { params: IdParam },
  responses: ok('The campaign', CampaignProgress, notFound),
});

const listMessages = route('get', '/campaigns/{id}/messages', 'listCampaignMessages', {
  summary: 'The messages of a campaign, in the order of its list',
  request: { params: IdParam, query: PageQuery.extend({ state: MessageState.optional() }) },
  responses: ok('A page', pageOf(MessageView), notFound),
});

const change = <V extends 'pause' | 'resume' | 'cancel'>(verb: V, summary: string) =>
  route('post', `/campaigns/{id}/${verb}` as const, `${verb}Campaign`, {
    summary: summary,
    request: { params: IdParam },
    responses: ok('The campaign as it is now', CampaignView, { ...notFound, ...conflict }),
  });

const pause = change('pause', 'Stop sending within a window of messages');
const resume = change('resume', 'Go on with a paused campaign');
const cancel = change('cancel', 'End a campaign; what is still queued is skipped');

const FAILED = ['undelivered', 'expired', 'failed'];

/** Null for what does not wait for its time. */
function startsInMs({ state, sendAt }: Campaign): number | null {
  const leftMs = state === 'launched' && sendAt ? sendAt.getTime() - Date.now() : 0;
  return leftMs > 0 ? leftMs : null;
}

type CampaignFigures = NonNullable<z.infer<typeof CampaignView>['figures']>;
const resultOf = ({ states, repliers }: Counted): CampaignFigures => ({
  delivered: states['delivered'] ?? 0,
  failed: FAILED.reduce((sum, state) => sum + (states[state] ?? 0), 0),
  repliers,
});

export const campaigns = (services: ApiServices) => {
  const { db, runs } = services;

  /** The row decides: the change happens only from one of these states, and the run is told after it. */
  async function move(id: string, account: string, from: Campaign['state'][], to: Campaign['state']) {
    // A campaign that was never launched can only be cancelled, and has no run that would end it.
    const moved = await affected(
      db.pool,
      `update campaigns set state = $3, ended_at = case when launched_at is null then now() end,
         totals = case when launched_at is null then '{}'::jsonb end
       where id = $1 and account_id = $2 and state = any($4)`,
      [id, account, to, from],
    );
    const campaign = await db.em().findOne(Campaign, { id, account });
    if (!campaign) throw missing();
    if (moved === 0) throw new AppError('conflict', said('campaign-not-in-state', { state: campaign.state, from }));
    if (campaign.launchedAt) runs.campaignChanged(id);
    return campaignView(campaign);
  }

  /** How many messages are in each state now. */
  async function count(id: string): Promise<Record<string, number>> {
    const counts = await rows<{ state: string; count: number }>(
      db.pool,
      'select state, count(*)::int as count from messages where campaign_id = $1 group by state order by state',
      [id],
    );
    return Object.fromEntries(counts.map((row) => [row.state, row.count]));
  }

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(create, async (c) => {
      const account = c.get('account');
      const asked = c.req.valid('json');
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
      const total = messages.length;
      const phones = messages.map(({ to }) => to);
      const silent = [
        ...optedOut(await countOptedOut(db.pool, account.id, phones, services.hashPhone)),
        ...deadNumbers(await countDead(db.pool, account.id, phones)),
      ];
      const campaign: NewCampaign = {
        ...given,
        id,
        accountId: account.id,
        carrierId,
        requestId: requestId ?? c.req.header('idempotency-key') ?? null,
        sender: given.sender ?? null,
        wireSender,
        state: 'launched',
        total,
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
        // Last: a long list takes its time to be stored.
        const goesAt = holdSeconds === undefined ? sendAt : await holdCampaign(client, id, holdSeconds);
        const told = await markShared(client, { rules, campaignId: id, at: sendAt ?? createdAt, messages, seen, warnings });
        const shown = campaignView({ ...stored, sendAt: goesAt, launchedAt: createdAt, endedAt: null });
        const accepted = {
          ...shown,
          duplicatesRemoved,
          stopMentionsAdded: stops.added,
          countries: reach,
          warnings: warningsView([...told, ...silent], speak(c)),
        };
        await c.get('idempotency')?.keep(client, 202, accepted);
        return accepted;
      });
      runs.sendCampaign(id); // stored is accepted: a start that fails is the sweep's
      return c.json(view, 202);
    })
    .openapi(list, async (c) => {
      const account = c.get('account').id;
      const { cursor, limit, state, search, figures: wanted } = c.req.valid('query');
      const scope = `campaigns ${account}`;
      const after = readCursor(scope, cursor, ById);
      // LIKE's pattern characters stand for any letter.
      const where = {
        account,
        ...(state ? { state } : {}),
        ...(search ? { name: { $ilike: `%${search.replaceAll(/[\\%_]/g, '_')}%` } } : {}),
        ...(after ? { id: { $lt: after[0] } } : {}),
      };
      const found = await db.em().find(Campaign, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
      const figures = new Map<string, CampaignFigures>();
      for (const each of wanted
        ? await figuresOf(
            db.pool,
            account,
            found.map(({ id }) => id),
          )
        : [])
        figures.set(each.id, resultOf(each));
      const view = (campaign: Campaign) => {
        const result = figures.get(campaign.id);
        return { ...campaignView(campaign), ...(result ? { figures: result } : {}) };
      };
      return c.json(
        page(found, limit, view, (last) => writeCursor(scope, [last.id])),
        200,
      );
    })
    .openapi(get, async (c) => {
      const { id } = c.req.valid('param');
      const campaign = await db.em().findOne(Campaign, { id, account: c.get('account').id });
      if (!campaign) throw missing();
      // In this order: what is held was claimed before it was counted.
      const facts = campaign.state === 'launched' || campaign.state === 'paused' ? await readCampaignFacts(db.pool, id) : null;
      const wait = facts && campaignWait(facts);
      const progress = campaign.totals ?? (await count(id));
      const shown = wait && {
        reason: wait.reason,
        until: iso(wait.until),
        detail: sentenceOf(said(`wait.${wait.reason}`), speak(c)),
      };
      const waiting =
        shown?.reason === 'spend-limit' && shown.until !== null ? { reason: shown.reason, until: shown.until } : null;
      return c.json({ ...campaignView(campaign), startsInMs: startsInMs(campaign), waiting, wait: shown, progress }, 200);
    })
    .openapi(listMessages, async (c) => {
      const { id } = c.req.valid('param');
      const { cursor, limit, state } = c.req.valid('query');
      const em = db.em();
      const campaign = await em.findOne(Campaign, { id, account: c.get('account').id }, { fields: ['id'] });
      if (!campaign) throw missing();
      const scope = `campaign messages ${id}`;
      const after = readCursor(scope, cursor, z.tuple([z.number().int()]));
      const where = { campaignId: id, ...(state ? { state } : {}), ...(after ? { row: { $gt: after[0] } } : {}) };
      const found = await em.find(Message, where, { orderBy: { row: 'asc' }, limit: limit + 1 });
      return c.json(
        page(found, limit, messageView, (last) => writeCursor(scope, [last.row])),
        200,
      );
    })
    .openapi(pause, async (c) => c.json(await move(c.req.valid('param').id, c.get('account').id, ['launched'], 'paused'), 200))
    .openapi(resume, async (c) => c.json(await move(c.req.valid('param').id, c.get('account').id, ['paused'], 'launched'), 200))
    .openapi(cancel, async (c) =>
      c.json(
        await move(
          c.req.valid('param').id,
          c.get('account').id,
          ['draft', 'importing', 'ready', 'launched', 'paused'],
          'cancelled',
        ),
        200,
      ),
    );
};
