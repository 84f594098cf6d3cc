import { z } from '@hono/zod-openapi';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { ListImport } from '../../database/campaigns/list-import.ts';
import { beginListPreview, ListPreview } from '../../database/campaigns/list-preview.ts';
import { rows, transaction } from '../../database/sql.ts';
import { countryWarnings } from '../../domain/numbers/country-rules.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { isFrench } from '../../domain/france.ts';
import { lowcostMarketing } from '../../domain/sending/lowcost-marketing.ts';
import { optimisation } from '../../domain/campaigns/preview.ts';
import type { PreviewTally } from '../../domain/campaigns/preview-tally.ts';
import { quietWarning } from '../../domain/sending/quiet-effect.ts';
import type { Refusal } from '../../domain/sending/sender-policy.ts';
import { spendWarning, type Room } from '../../domain/sending/spend-limit.ts';
import type { Warning } from '../../domain/problems/warning.ts';
import type { Context } from 'hono';
import { warningsView } from './campaign-view.ts';
import { speak } from '../http/language.ts';
import { besideOthers, requestOf } from '../../planning/plan-list.ts';
import { moneyOrNone } from '../http/money-view.ts';
import { evaluateCampaign } from '../../planning/plan-campaign.ts';
import type { CampaignRequest } from '../../planning/plan.ts';
import { MOST_FAULTS, rowsRefusal } from '../../planning/plan-rows.ts';
import {
  ambiguous,
  codeCountries,
  nobodyReplies,
  deadNumbers,
  optedOut,
  priceMissing,
  toLandlines,
  withoutStop,
} from '../../planning/warnings.ts';
import { Preview, refusalView, samplesView } from './preview-view.ts';
import { conflict, existing, missing, notFound } from '../http/problem.ts';
import { accepted, forAccounts, ok, routesOf } from '../http/route.ts';
import { withOffers } from '../numbers/no-number-refusal.ts';
import { loadPlanRules, type PlanRules } from '../../planning/load-rules.ts';
import { Id, IdParam, iso, Time } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const View = z
  .object({
    id: Id,
    campaignId: Id,
    importId: Id,
    state: z.enum(['running', 'ready', 'cancelled']).openapi({ description: 'cancelled: its list was replaced meanwhile' }),
    listed: z.number().int().openapi({ description: 'Rows in the list' }),
    through: z.number().int().openapi({ description: 'Rows that have been looked at' }),
    stale: z.boolean().openapi({ description: 'The campaign has another list by now' }),
    createdAt: Time,
    endedAt: Time.nullable(),
    result: Preview.nullable().openapi({ description: 'The preview of all rows, once it is ready' }),
  })
  .openapi('ListPreviewInFull');

const route = routesOf('Campaigns');
const begin = route('post', '/campaigns/{id}/preview/full', 'beginListPreview', {
  summary:
    'Preview the whole of an uploaded list: every row is planned as it would be sent, and the result is kept with the draft',
  request: { params: IdParam },
  responses: accepted('Begun, or under way', View, { ...notFound, ...conflict }),
});
const get = route('get', '/campaigns/{id}/preview/full', 'getListPreview', {
  summary: 'How far the preview of the whole list is, and what it says',
  request: { params: IdParam },
  responses: ok('The latest', View, notFound),
});

const PREVIEWABLE = new Set(['draft', 'importing', 'ready']);

export const listPreviews = (services: ApiServices) => {
  const { db, runs } = services;

  async function show(c: Context<AccountEnv>, id: string): Promise<z.infer<typeof View>> {
    const account = c.get('account');
    const em = db.em();
    const preview = await em.findOne(ListPreview, { campaignId: id, accountId: account.id }, { orderBy: { id: 'desc' } });
    const campaign = preview && (await em.findOne(Campaign, { id, account: account.id }));
    if (!preview || !campaign) throw missing();
    const latest = await em.findOne(ListImport, { campaign: id, accountId: account.id }, { orderBy: { id: 'desc' } });
    const { tally } = preview;
    const done = preview.state === 'ready' && tally;
    return {
      id: preview.id,
      campaignId: id,
      importId: preview.importId,
      state: preview.state,
      listed: preview.listed,
      through: preview.through,
      stale: latest?.id !== preview.importId,
      createdAt: preview.createdAt.toISOString(),
      endedAt: iso(preview.endedAt),
      result: done ? await resultOf(services, c, { campaign, importId: preview.importId, tally }) : null,
    };
  }

  return forAccounts()
    .openapi(begin, async (c) => {
      const { id } = c.req.valid('param');
      const account = c.get('account');
      const campaign = existing(await db.em().findOne(Campaign, { id, account: account.id }));
      if (!PREVIEWABLE.has(campaign.state))
        throw new AppError('conflict', said('campaign-not-previewable', { state: campaign.state }));
      const begun = await transaction(db.pool, (client) => beginListPreview(client, account.id, id));
      if (!begun) throw new AppError('conflict', said('no-list-to-preview'));
      const shown = await show(c, id);
      if (shown.state === 'running') runs.previewList(shown.id, account.id);
      return c.json(shown, 202);
    })
    .openapi(get, async (c) => c.json(await show(c, c.req.valid('param').id), 200));
};

type Tallied = { campaign: Campaign; importId: string; tally: PreviewTally };

/** The preview that a tally adds up to. Samples are planned now: their numbers and texts were not kept. */
async function resultOf(
  services: ApiServices,
  c: Context<AccountEnv>,
  { campaign, importId, tally }: Tallied,
): Promise<z.infer<typeof Preview>> {
  const [account, language] = [c.get('account'), speak(c)];
  const { pool } = services.db;
  const request = requestOf(campaign);
  const rules = besideOthers(await loadPlanRules(services, account, campaign.route), pool, campaign);
  const refusals = await Promise.all(
    refusalsOf(tally, codeCountries(request, rules)).map((each) => withOffers(services, account.id, each)),
  );
  const { first, longest, elsewhere } = tally.samples;
  const wanted = [...first, ...(longest ? [longest.row] : []), ...(elsewhere === null ? [] : [elsewhere])];
  const sampled = await rows<{ values: Record<string, string | null> }>(
    pool,
    'select "values" from list_rows where import_id = $1 and row = any($2::int[]) order by row',
    [importId, wanted],
  );
  const outlook = await evaluateCampaign({ ...request, recipients: sampled.map(({ values }) => values) }, rules);
  const [only] = tally.wireSenders;
  return {
    accepted: refusals.length === 0,
    refusals: refusals.map((each) => refusalView(each, language)),
    warnings: warningsView(warningsOf(tally, request, rules, await rules.room(request.sendAt ?? new Date())), language),
    recipients: {
      given: tally.given,
      kept: tally.kept,
      duplicatesRemoved: tally.duplicatesRemoved,
      optedOut: tally.optedOut,
    },
    sender: { given: request.sender ?? null, became: tally.wireSenders.length === 1 ? (only ?? null) : null },
    answerBy: tally.answerBy,
    segments: {
      total: tally.segments,
      classes: tally.classes
        .map((each) => ({ ...each, avg: Math.round((each.total / each.recipients) * 100) / 100 }))
        .toSorted((a, b) => b.recipients - a.recipients),
    },
    forcing: tally.forcing
      .map(({ character, messages }) => ({ character, inText: request.text.includes(character), messages }))
      .toSorted((a, b) => b.messages - a.messages),
    optimised: optimisation(request.text, tally.segments, tally.plainSegments),
    samples: samplesView(outlook.messages, outlook.answerBy, language),
    countries: tally.reach,
    quietHours: { ...tally.quiet, clearAt: tally.quiet.clearAt ?? null },
    stopMention: tally.stops,
    cost: moneyOrNone(tally.costMicros),
  };
}

/** As a list sent at once would be refused. */
function refusalsOf(
  { refused, faultRows, problems: found, faults, unreachable }: PreviewTally,
  byCode: ReadonlySet<string>,
): Refusal[] {
  if (refused) return [refused];
  return [
    ...(faultRows > 0 ? [rowsRefusal(faultRows, faults, Math.max(0, found - MOST_FAULTS))] : []),
    ...(Object.keys(unreachable).length > 0 ? [nobodyReplies(new Map(Object.entries(unreachable)), byCode)] : []),
  ];
}

/** Warnings for the whole list; a page's warnings cover that page only. */
function warningsOf(
  tally: PreviewTally,
  request: Omit<CampaignRequest, 'recipients'>,
  { policies }: PlanRules,
  room: Room,
): Warning[] {
  const french = tally.reach.reduce((sum, { country, recipients }) => sum + (isFrench(country) ? recipients : 0), 0);
  const lowcost = lowcostMarketing({ ...request, french, policy: policies.lowcostMarketing });
  const { until } = tally.quiet;
  const hours = quietWarning({ ...tally.quiet, until: until === null ? null : new Date(until) });
  const whole: Warning[] = [
    ...countryWarnings(tally.reach, request.withReplies || tally.answerBy === 'new-message'),
    ...ambiguous(tally.ambiguous, tally.ambiguousOwn ?? 0),
    ...(lowcost && 'warning' in lowcost ? [lowcost.warning] : []),
    ...withoutStop(tally.stops),
    ...toLandlines(tally.landlines ?? 0),
    ...hours,
    ...(tally.costMicros === null ? [] : priceMissing(tally.unpriced)),
    ...spendWarning(tally.costMicros, room),
  ];
  const said = new Map(whole.map((warning) => [warning.code, warning]));
  // Warnings with counts are made anew above; the others stand as their page gave them.
  const others = tally.warnings.filter(({ code }) => !said.has(code) && !COUNTED.has(code));
  return [...whole, ...others, ...optedOut(tally.optedOut), ...deadNumbers(tally.dead ?? 0)];
}
const COUNTED = new Set<Warning['code']>([
  'country-unknown',
  'country-no-reply',
  'quiet-hours',
  'attribution-ambiguous',
  'attribution-own',
  'price-missing',
  'lowcost-marketing',
  'stop-mention-missing',
  'spend-limit',
  'landline',
]);
