import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Database } from '../../database/orm.ts';
import { acceptCampaign, NewCampaignBody } from './accept-campaign.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { Message } from '../../database/sending/message.ts';
import { affected, rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said, sentenceOf } from '../../domain/problems/said.ts';
import { WITHIN } from '../../database/campaigns/campaign-results.ts';
import { figuresOf, MOST_CAMPAIGNS, type Counted } from '../../database/campaigns/campaign-report.ts';
import { AcceptedCampaign, CampaignProgress, CampaignState, CampaignView, campaignView } from './campaign-view.ts';
import { speak } from '../http/language.ts';
import { pageBy, pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { IdempotencyHeader } from '../http/idempotency.ts';
import { MessageState, MessageView, messageView } from './message-view.ts';
import { conflict, existing, notFound, refused } from '../http/problem.ts';
import { accepted, forAccounts, ok, routesOf } from '../http/route.ts';
import { readCampaignFacts } from '../../database/campaigns/campaign-wait.ts';
import { campaignWait } from '../../domain/campaigns/campaign-wait.ts';
import { body, IdParam, iso } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const route = routesOf('Campaigns');
const create = route('post', '/campaigns', 'createCampaign', {
  summary: 'Check, store and launch a campaign of up to 100,000 recipients; one bad row refuses all and names every bad row',
  request: { headers: IdempotencyHeader, body: body(NewCampaignBody) },
  responses: accepted('Stored; sending starts at sendAt', AcceptedCampaign, { ...conflict, ...refused }),
});

const ListQuery = PageQuery.extend({
  state: CampaignState.optional(),
  search: z.string().trim().min(1).max(100).optional().openapi({ description: 'In their names' }),
  figures: z
    .literal('true')
    .optional()
    .openapi({
      description: `Of up to ${MOST_CAMPAIGNS} of the page, what came of them; a large campaign as it was counted last`,
    }),
});
const list = route('get', '/campaigns', 'listCampaigns', {
  summary: 'Campaigns, newest first',
  request: { query: ListQuery },
  responses: ok('A page', pageOf(CampaignView)),
});

const get = route('get', '/campaigns/{id}', 'getCampaign', {
  summary: 'A campaign and its progress',
  request: { params: IdParam },
  responses: ok('The campaign', CampaignProgress, notFound),
});

const MessagesQuery = PageQuery.extend({ state: MessageState.optional() });
const listMessages = route('get', '/campaigns/{id}/messages', 'listCampaignMessages', {
  summary: 'The messages of a campaign, in the order of its list',
  request: { params: IdParam, query: MessagesQuery },
  responses: ok('A page', pageOf(MessageView), notFound),
});

const change = <V extends 'pause' | 'resume' | 'cancel'>(verb: V, summary: string) =>
  route('post', `/campaigns/{id}/${verb}` as const, `${verb}Campaign`, {
    summary,
    request: { params: IdParam },
    responses: ok('The campaign as it is now', CampaignView, { ...notFound, ...conflict }),
  });

const pause = change('pause', 'Stop sending within a window of messages');
const resume = change('resume', 'Go on with a paused campaign');
const cancel = change('cancel', 'End a campaign; what is still queued is skipped');

const FAILED = ['undelivered', 'expired', 'failed'];

/** Null unless the campaign waits for its time. */
function startsInMs({ state, sendAt }: Campaign): number | null {
  const leftMs = state === 'launched' && sendAt ? sendAt.getTime() - Date.now() : 0;
  return leftMs > 0 ? leftMs : null;
}

type CampaignFigures = NonNullable<z.infer<typeof CampaignView>['figures']>;
const resultOf = ({ states, repliers, replied }: Counted): CampaignFigures => ({
  delivered: states['delivered'] ?? 0,
  failed: FAILED.reduce((sum, state) => sum + (states[state] ?? 0), 0),
  repliers,
  replied: [...WITHIN, null].map((_, step) => replied[step] ?? 0),
});

type Key = { id: string; account: string };
const keyOf = (c: Context<AccountEnv>, { id }: { id: string }): Key => ({ id, account: c.get('account').id });

async function count(db: Database, id: string): Promise<Record<string, number>> {
  const counts = await rows<{ state: string; count: number }>(
    db.pool,
    'select state, count(*)::int as count from messages where campaign_id = $1 group by state order by state',
    [id],
  );
  return Object.fromEntries(counts.map((row) => [row.state, row.count]));
}

async function listPage({ db }: ApiServices, account: string, asked: z.infer<typeof ListQuery>) {
  const { state, search, figures: wanted, ...query } = asked;
  // `_` in place of LIKE's pattern characters matches any character.
  const where = {
    account,
    ...(state ? { state } : {}),
    ...(search ? { name: { $ilike: `%${search.replaceAll(/[\\%_]/g, '_')}%` } } : {}),
  };
  const find = ({ older, newestFirst }: Place) => db.em().find(Campaign, { ...where, ...older }, newestFirst);
  const { items: found, nextCursor } = await pageById(query, `campaigns ${account}`, find, (row) => row);
  const ids = found.map(({ id }) => id);
  const figures = new Map(wanted ? (await figuresOf(db.pool, account, ids)).map((each) => [each.id, resultOf(each)]) : []);
  const items = found.map((campaign) => {
    const result = figures.get(campaign.id);
    return { ...campaignView(campaign), ...(result ? { figures: result } : {}) };
  });
  return { items, nextCursor };
}

async function progressOf({ db }: ApiServices, id: string, c: Context<AccountEnv>) {
  const campaign = existing(await db.em().findOne(Campaign, { id, account: c.get('account').id }));
  // In this order: what is held was claimed before it was counted.
  const facts = campaign.state === 'launched' || campaign.state === 'paused' ? await readCampaignFacts(db.pool, id) : null;
  const wait = facts && campaignWait(facts);
  const progress = campaign.totals ?? (await count(db, id));
  const shown = wait && {
    reason: wait.reason,
    until: iso(wait.until),
    detail: sentenceOf(said(`wait.${wait.reason}`), speak(c)),
  };
  const waiting = shown?.reason === 'spend-limit' && shown.until !== null ? { reason: shown.reason, until: shown.until } : null;
  return { ...campaignView(campaign), startsInMs: startsInMs(campaign), waiting, wait: shown, progress };
}

async function messagesPage({ db }: ApiServices, { id, account }: Key, asked: z.infer<typeof MessagesQuery>) {
  const { state, ...query } = asked;
  const em = db.em();
  existing(await em.findOne(Campaign, { id, account }, { fields: ['id'] }));
  const byRow = {
    scope: `campaign messages ${id}`,
    position: z.tuple([z.number().int()]),
    placeOf: ({ row }: Message): [number] => [row ?? 0],
  };
  const where = { campaignId: id, ...(state ? { state } : {}) };
  const find = (after: [number] | null, limit: number) =>
    em.find(Message, { ...where, ...(after ? { row: { $gt: after[0] } } : {}) }, { orderBy: { row: 'asc' }, limit });
  return pageBy(query, byRow, find, messageView);
}

/** Changes the state if it is one of `from`, then signals the run. */
async function move({ db, runs }: ApiServices, { id, account }: Key, from: Campaign['state'][], to: Campaign['state']) {
  // An unlaunched campaign can only be cancelled, and has no run that would end it.
  const moved = await affected(
    db.pool,
    `update campaigns set state = $3, ended_at = case when launched_at is null then now() end,
       totals = case when launched_at is null then '{}'::jsonb end
     where id = $1 and account_id = $2 and state = any($4)`,
    [id, account, to, from],
  );
  const campaign = existing(await db.em().findOne(Campaign, { id, account }));
  if (moved === 0) throw new AppError('conflict', said('campaign-not-in-state', { state: campaign.state, from }));
  if (campaign.launchedAt) runs.campaignChanged(id);
  return campaignView(campaign);
}

const CANCELLABLE: Campaign['state'][] = ['draft', 'importing', 'ready', 'launched', 'paused'];

export const campaigns = (services: ApiServices) =>
  forAccounts()
    .openapi(create, async (c) => c.json(await acceptCampaign(services, c, c.req.valid('json')), 202))
    .openapi(list, async (c) => c.json(await listPage(services, c.get('account').id, c.req.valid('query')), 200))
    .openapi(get, async (c) => c.json(await progressOf(services, c.req.valid('param').id, c), 200))
    .openapi(listMessages, async (c) =>
      c.json(await messagesPage(services, keyOf(c, c.req.valid('param')), c.req.valid('query')), 200),
    )
    .openapi(pause, async (c) => c.json(await move(services, keyOf(c, c.req.valid('param')), ['launched'], 'paused'), 200))
    .openapi(resume, async (c) => c.json(await move(services, keyOf(c, c.req.valid('param')), ['paused'], 'launched'), 200))
    .openapi(cancel, async (c) => c.json(await move(services, keyOf(c, c.req.valid('param')), CANCELLABLE, 'cancelled'), 200));
