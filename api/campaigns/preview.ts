import { z } from '@hono/zod-openapi';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { countOptedOut } from '../../database/contacts/opt-out.ts';
import { rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { forcingCharacters, optimisation, plainSegments, segmentClasses } from '../../domain/campaigns/preview.ts';
import { readCampaignText } from './campaign-request.ts';
import { NewCampaignBody } from './accept-campaign.ts';
import { changedBy, DraftChange } from './change-draft.ts';
import type { Context } from 'hono';
import { warningsView } from './campaign-view.ts';
import { speak } from '../http/language.ts';
import { checkCallbackUrl } from '../reply-settings/callback-url.ts';
import { besideOthers, requestOf } from '../../planning/plan-list.ts';
import { Money, moneyOrNone } from '../http/money-view.ts';
import { evaluateCampaign } from '../../planning/plan-campaign.ts';
import type { CampaignRequest } from '../../planning/plan.ts';
import { Preview, refusalView, samplesView } from './preview-view.ts';
import { conflict, existing, notFound, refused } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { withOffers } from '../numbers/no-number-refusal.ts';
import { countDead } from '../../database/sending/dead-number.ts';
import { deadNumbers, optedOut } from '../../planning/warnings.ts';
import { loadPlanRules, type PlanRules } from '../../planning/load-rules.ts';
import { body, IdParam, iso, json } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

/** Rows of an uploaded list that the quick preview plans. */
const SAMPLE = 1000;
const ListPreview = Preview.extend({
  sampled: z.number().int().openapi({ description: 'Rows of the list that this is about, from its first' }),
  list: z
    .object({ total: z.number().int(), segments: z.number().int(), cost: Money.nullable() })
    .nullable()
    .openapi({ description: 'Of the whole list, once it has been looked at' }),
}).openapi('ListPreview');

const route = routesOf('Campaigns');
const create = route('post', '/campaigns/preview', 'previewCampaign', {
  summary: 'What a campaign would be: the same body, the same rules, and nothing is stored or sent',
  request: { body: body(NewCampaignBody) },
  responses: ok('The preview', Preview, refused),
});
const ofList = route('post', '/campaigns/{id}/preview', 'previewList', {
  summary:
    'The same for the first thousand rows of an uploaded list, and the totals of all once they have been looked at; with a body, as they would be after that change',
  request: { params: IdParam, body: { required: false, content: json(DraftChange) } },
  responses: ok('The preview', ListPreview, { ...notFound, ...conflict }),
});

export const previews = (services: ApiServices) => {
  const { db, hashPhone } = services;

  async function preview(c: Context<AccountEnv>, request: CampaignRequest, rules: PlanRules): Promise<z.infer<typeof Preview>> {
    const [account, language] = [c.get('account'), speak(c)];
    const outlook = await evaluateCampaign(request, rules);
    const { messages, quiet, answerBy } = outlook;
    const phones = messages.map(({ to }) => to);
    const silent = await countOptedOut(db.pool, account.id, phones, hashPhone);
    const refusals = await Promise.all(outlook.refusals.map((each) => withOffers(services, account.id, each)));
    return {
      accepted: refusals.length === 0,
      refusals: refusals.map((each) => refusalView(each, language)),
      warnings: warningsView(
        [...outlook.warnings, ...optedOut(silent), ...deadNumbers(await countDead(db.pool, account.id, phones))],
        language,
      ),
      recipients: {
        given: request.recipients.length,
        kept: messages.length,
        duplicatesRemoved: outlook.duplicatesRemoved,
        optedOut: silent,
      },
      sender: { given: request.sender ?? null, became: outlook.wireSender },
      answerBy,
      segments: { total: outlook.segments, classes: segmentClasses(messages) },
      forcing: forcingCharacters(messages, request.text),
      optimised: optimisation(request.text, outlook.segments, plainSegments(messages)),
      samples: samplesView(messages, answerBy, language),
      countries: outlook.reach,
      quietHours: { ...quiet, until: iso(quiet.until), clearAt: iso(quiet.clearAt) },
      stopMention: outlook.stops,
      cost: moneyOrNone(outlook.costMicros),
    };
  }

  return forAccounts()
    .openapi(create, async (c) => {
      const asked = c.req.valid('json');
      const { sendAt } = readCampaignText(asked, new Date());
      await checkCallbackUrl(services, 'callbackUrl', asked.callbackUrl);
      const rules = await loadPlanRules(services, c.get('account'), asked.route);
      return c.json(await preview(c, { ...asked, sender: asked.sender, sendAt }, rules), 200);
    })
    .openapi(ofList, async (c) => {
      const { id } = c.req.valid('param');
      const account = c.get('account');
      const campaign = existing(await db.em().findOne(Campaign, { id, account: account.id }));
      const list = await rows<{ values: Record<string, string | null> }>(
        db.pool,
        `select r."values" from list_rows r
         where r.import_id = (select id from list_imports where campaign_id = $1 and account_id = $2 order by id desc limit 1)
           and r.row <= ${SAMPLE} order by r.row`,
        [id, account.id],
      );
      if (list.length === 0) throw new AppError('conflict', said('no-list-to-preview'));
      const request = requestOf(changedBy(c.req.valid('json'), campaign));
      const rules = besideOthers(await loadPlanRules(services, account, request.route), db.pool, { id, route: request.route });
      const shown = await preview(c, { ...request, recipients: list.map(({ values }) => values) }, rules);
      const { total, segments, costMicros } = campaign;
      const whole = campaign.state === 'importing' || total === 0 ? null : { total, segments, cost: moneyOrNone(costMicros) };
      return c.json({ ...shown, sampled: list.length, list: whole }, 200);
    });
};
