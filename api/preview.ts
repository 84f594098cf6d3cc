import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { Campaign } from '../database/campaign.ts';
import { rows } from '../database/sql.ts';
import { AppError } from '../domain/errors.ts';
import { forcingCharacters, howToAnswer, optimisation, sampleOf, segmentClasses } from '../domain/preview.ts';
import type { Refusal } from '../domain/sender-policy.ts';
import { readCampaignText } from './campaign-request.ts';
import { Reach, Warnings } from './campaign-view.ts';
import { missing, NewCampaignBody } from './campaigns.ts';
import { invalid } from './invalid.ts';
import { requestOf } from './list-planner.ts';
import { Money, moneyOrNone } from './money-view.ts';
import { lookAhead, type CampaignRequest, type Outlook } from './plan-campaign.ts';
import { NO_STOPS } from './plan-stop.ts';
import { conflict, Fault, notFound, problems, refused } from './problem.ts';
import { withOffers } from './refusal.ts';
import { rulesFor } from './rules.ts';
import { body, Country, IdParam, iso, json, Time } from './schemas.ts';
import type { AccountEnv, ApiServices, CallingAccount } from './services.ts';

/** Rows of an uploaded list that its preview looks at. */
const SAMPLE = 1000;
const SHOWN_FAULTS = 100;

const Encoding = z.enum(['gsm7', 'ucs2']);
const Preview = z
  .object({
    accepted: z.boolean().openapi({ description: 'Whether it would be accepted as it is' }),
    refusals: z
      .array(z.object({ code: z.string(), detail: z.string(), errors: z.array(Fault) }))
      .openapi({ description: 'Every reason why not, with its remedy; the first hundred rows of each' }),
    warnings: Warnings,
    recipients: z.object({
      given: z.number().int(),
      kept: z.number().int(),
      duplicatesRemoved: z.number().int(),
      optedOut: z.number().int().openapi({ description: 'On the opt-out list: their messages will be skipped' }),
    }),
    sender: z.object({ given: z.string().nullable(), became: z.string().nullable() }),
    answerBy: z.enum(['reply', 'new-message', 'none']),
    segments: z.object({
      total: z.number().int(),
      classes: z.array(
        z.object({
          country: Country,
          encoding: Encoding,
          recipients: z.number().int(),
          min: z.number().int(),
          avg: z.number(),
          max: z.number().int(),
          total: z.number().int(),
        }),
      ),
    }),
    forcing: z
      .array(z.object({ character: z.string(), inText: z.boolean(), messages: z.number().int() }))
      .openapi({ description: 'The characters that take messages from 160 to 70, and whether they stand in the text itself' }),
    optimised: z
      .object({
        text: z.string(),
        changes: z.array(z.object({ from: z.string(), to: z.string(), count: z.number().int() })),
        segments: z.number().int(),
        saved: z.number().int(),
      })
      .nullable()
      .openapi({ description: 'What optimise: true would change; null when there is nothing to gain' }),
    samples: z
      .array(
        z.object({
          to: z.string(),
          sender: z.string(),
          replyCode: z.string().nullable(),
          text: z.string(),
          segments: z.number().int(),
          encoding: Encoding,
          answer: z.string(),
          mayBeAmbiguous: z.boolean(),
        }),
      )
      .openapi({ description: 'What three of the recipients will read, and how each answers' }),
    countries: Reach,
    quietHours: z.object({
      policy: z.enum(['off', 'warn', 'hold']),
      held: z.number().int(),
      until: Time.nullable(),
      notes: z.array(z.object({ kind: z.string(), name: z.string(), recipients: z.number().int() })),
    }),
    stopMention: z
      .object({
        added: z.number().int().openapi({ description: 'Messages that get one: it stands in the samples and is counted' }),
        missing: z.number().int().openapi({ description: 'Messages that need one, and there is no number to name' }),
      })
      .openapi({ description: 'Marketing to France says how to stop it' }),
    cost: Money.nullable().openapi({ description: 'null: no price is set' }),
  })
  .openapi('Preview');
const ListPreview = Preview.extend({
  sampled: z.number().int().openapi({ description: 'Rows of the list that this is about, from its first' }),
  list: z
    .object({ total: z.number().int(), segments: z.number().int(), cost: Money.nullable() })
    .nullable()
    .openapi({ description: 'Of the whole list, once it has been looked at' }),
}).openapi('ListPreview');

const create = createRoute({
  method: 'post',
  path: '/campaigns/preview',
  operationId: 'previewCampaign',
  tags: ['Campaigns'],
  summary: 'What a campaign would be: the same body, the same rules, and nothing is stored or sent',
  request: { body: body(NewCampaignBody) },
  responses: { 200: { description: 'The preview', content: json(Preview) }, ...problems, ...refused },
});
const ofList = createRoute({
  method: 'post',
  path: '/campaigns/{id}/preview',
  operationId: 'previewList',
  tags: ['Campaigns'],
  summary: 'The same for the first thousand rows of an uploaded list, and the totals of all once they have been looked at',
  request: { params: IdParam },
  responses: { 200: { description: 'The preview', content: json(ListPreview) }, ...problems, ...notFound, ...conflict },
});

const NOTHING: Outlook = {
  carrierId: '',
  answerBy: 'none',
  wireSender: null,
  messages: [],
  segments: 0,
  duplicatesRemoved: 0,
  reach: [],
  costMicros: null,
  quiet: { policy: 'off', held: 0, until: null, notes: [] },
  stops: NO_STOPS,
  warnings: [],
  refusals: [],
};

export const previews = (services: ApiServices) => {
  const { db, hashPhone } = services;

  async function countOptedOut(account: string, phones: string[]): Promise<number> {
    const [found] = await rows<{ count: number }>(
      db.pool,
      `select count(*)::int as count from unnest($2::text[], $3::text[]) as p (phone, hash)
       where exists (select from opt_outs o where o.account_id = $1 and o.phone in (p.phone, p.hash))`,
      [account, phones, phones.map(hashPhone)],
    );
    return found?.count ?? 0;
  }

  /** The very plan that would be sent. */
  async function preview(request: CampaignRequest, account: CallingAccount): Promise<z.infer<typeof Preview>> {
    const found = await lookAhead(request, await rulesFor(services, account, request.route));
    const outlook = 'refused' in found ? { ...NOTHING, refusals: [found.refused] } : found;
    const { messages, quiet, answerBy } = outlook;
    const refusals = await Promise.all(outlook.refusals.map((each) => withOffers(services, account.id, each)));
    return {
      accepted: refusals.length === 0,
      refusals: refusals.map(refusalView),
      warnings: outlook.warnings,
      recipients: {
        given: request.recipients.length,
        kept: messages.length,
        duplicatesRemoved: outlook.duplicatesRemoved,
        optedOut: await countOptedOut(
          account.id,
          messages.map(({ to }) => to),
        ),
      },
      sender: { given: request.sender ?? null, became: outlook.wireSender },
      answerBy,
      segments: { total: outlook.segments, classes: segmentClasses(messages) },
      forcing: forcingCharacters(messages, request.text),
      optimised: optimisation(messages, request.text),
      samples: sampleOf(messages).map(({ to, sender, replyCode, text, segments, encoding, ambiguous }) => {
        const answer = howToAnswer(answerBy, replyCode, account.locale);
        return { to, sender, replyCode, text, segments, encoding, answer, mayBeAmbiguous: ambiguous };
      }),
      countries: outlook.reach,
      quietHours: { ...quiet, until: iso(quiet.until) },
      stopMention: outlook.stops,
      cost: moneyOrNone(outlook.costMicros),
    };
  }

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(create, async (c) => {
      const asked = c.req.valid('json');
      const { route, text, sender, withReplies, allowUnreachable, purpose, optimise, recipients } = asked;
      const { sendAt } = readCampaignText(asked, new Date());
      const request = { route, text, sender, withReplies, allowUnreachable, purpose, optimise, recipients, sendAt };
      return c.json(await preview(request, c.get('account')), 200);
    })
    .openapi(ofList, async (c) => {
      const { id } = c.req.valid('param');
      const account = c.get('account');
      const campaign = await db.em().findOne(Campaign, { id, account: account.id });
      if (!campaign) throw missing();
      const list = await rows<{ values: Record<string, string | null> }>(
        db.pool,
        `select r."values" from list_rows r
         where r.import_id = (select id from list_imports where campaign_id = $1 and account_id = $2 order by id desc limit 1)
           and r.row <= ${SAMPLE} order by r.row`,
        [id, account.id],
      );
      if (list.length === 0)
        throw new AppError(
          'conflict',
          'The campaign has no list that could be previewed. Send one with POST /campaigns/{id}/recipients.',
        );
      const shown = await preview({ ...requestOf(campaign), recipients: list.map(({ values }) => values) }, account);
      const { total, segments, costMicros } = campaign;
      const whole = campaign.state === 'importing' || total === 0 ? null : { total, segments, cost: moneyOrNone(costMicros) };
      return c.json({ ...shown, sampled: list.length, list: whole }, 200);
    });
};

const refusalView = ({ code, detail, faults }: Refusal) => ({ code, detail, errors: faults.slice(0, SHOWN_FAULTS) });
