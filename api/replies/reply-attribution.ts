import { z } from '@hono/zod-openapi';
import { announce } from '../../database/live.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { reattribute, type Correction } from '../../database/replies/reattribute.ts';
import { Reply } from '../../database/replies/reply.ts';
import { rows, transaction } from '../../database/sql.ts';
import { ruleOf, tellAttribution } from '../../domain/replies/explain-attribution.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { requireAccount } from '../http/auth.ts';
import { speak } from '../http/language.ts';
import { conflict, existing, missing, notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const StoryView = z
  .object({
    replyId: Id,
    rule: z.enum(['keyword', 'newest', 'only', 'close', 'rented', 'corrected', 'none', 'ambiguous', 'unfiled']),
    candidates: z.array(z.object({ messageId: Id, campaignId: Id.nullable(), campaign: z.string().nullable(), sentAt: Time })),
    others: z.number().int().openapi({ description: 'Candidates of other accounts: counted, never shown' }),
    story: z.array(z.string()).openapi({ description: 'In the reader’s language' }),
  })
  .openapi('AttributionStory');

const OwnCorrection = z
  .strictObject({ campaign: Id.nullable().openapi({ description: 'The campaign it answers; null: none' }) })
  .openapi('AttributionCorrection');
const AnyCorrection = z
  .strictObject({ account: Id, campaign: Id.nullable().default(null) })
  .openapi('OperatorAttributionCorrection');
const Corrected = z.object({ replyId: Id, campaignId: Id.nullable() }).openapi('CorrectedAttribution');

const path = '/replies/{id}/attribution';
const route = routesOf('Replies');
const operatorRoute = routesOf('Operator: replies');
const get = route('get', path, 'getReplyAttribution', {
  summary: 'How a reply found its campaign, told in sentences',
  request: { params: IdParam },
  responses: ok('The story', StoryView, notFound),
});
const responses = ok('Moved', Corrected, { ...notFound, ...conflict });
const correct = route('put', path, 'correctReplyAttribution', {
  summary: 'Correct which campaign of the account a reply answers; emits reply.reattributed',
  request: { params: IdParam, body: body(OwnCorrection) },
  responses,
});
const correctAny = operatorRoute('put', path, 'operatorCorrectReplyAttribution', {
  summary: 'Assign a reply to any account; both accounts get reply.reattributed, the old one without the text',
  request: { params: IdParam, body: body(AnyCorrection) },
  responses,
});

type Candidate = { id: string; campaign_id: string | null; name: string | null; submitted_at: Date };

/** The move, its audit record and its events, in one transaction. */
async function move({ db, runs }: ApiServices, correction: Correction, from: string | null) {
  const emitted = await transaction(db.pool, async (client) => {
    const done = await reattribute(client, correction, from);
    if (done === null) throw missing();
    if (done === 'no-message') throw new AppError('conflict', said('sent-nothing-there'));
    const detail = { campaignId: correction.campaignId, across: from === null };
    const { accountId, replyId } = correction;
    await recordAudit(client, { accountId, action: 'reply.reattribute', target: `reply ${replyId}`, detail });
    return done;
  });
  runs.retryCallbacks();
  await announce(db.pool, emitted.accounts);
  return { replyId: correction.replyId, campaignId: correction.campaignId };
}

export const replyAttribution = (services: ApiServices) => {
  const { db } = services;
  return forAccounts()
    .openapi(get, async (c) => {
      const account = c.get('account');
      const reply = existing(await db.em().findOne(Reply, { id: c.req.valid('param').id, accountId: account.id, hidden: false }));
      const attribution = reply.attribution ?? null;
      const ids = attribution && 'candidates' in attribution ? attribution.candidates : [];
      const own = await rows<Candidate>(
        db.pool,
        `select m.id, m.campaign_id, c.name, m.submitted_at from messages m left join campaigns c on c.id = m.campaign_id
         where m.account_id = $1 and m.id = any($2::uuid[]) order by m.submitted_at desc, m.id desc`,
        [account.id, ids],
      );
      const others = ids.length - own.length;
      const told = own.map((row) => ({ messageId: row.id, campaign: row.name, sentAt: row.submitted_at }));
      const view = {
        replyId: reply.id,
        rule: ruleOf(attribution),
        candidates: own.map((row) => ({
          messageId: row.id,
          campaignId: row.campaign_id,
          campaign: row.name,
          sentAt: row.submitted_at.toISOString(),
        })),
        others,
        story: tellAttribution({ attribution, receivedAt: reply.receivedAt, own: told, others }, speak(c), account.timeZone),
      };
      return c.json(view, 200);
    })
    .openapi(correct, async (c) => {
      const accountId = c.get('account').id;
      const { campaign } = c.req.valid('json');
      const correction = { replyId: c.req.valid('param').id, accountId, campaignId: campaign, by: c.get('keyId') };
      return c.json(await move(services, correction, accountId), 200);
    });
};

export const operatorAttribution = (services: ApiServices) =>
  forAnyone().openapi(correctAny, async (c) => {
    const { account, campaign } = c.req.valid('json');
    await requireAccount(services.db.pool, account);
    const correction = { replyId: c.req.valid('param').id, accountId: account, campaignId: campaign, by: c.get('keyId') };
    return c.json(await move(services, correction, null), 200);
  });
