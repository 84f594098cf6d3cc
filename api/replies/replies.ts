import { z } from '@hono/zod-openapi';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { Delivery } from '../../database/callbacks/delivery.ts';
import { Event } from '../../database/callbacks/event.ts';
import { Message } from '../../database/sending/message.ts';
import { Reply } from '../../database/replies/reply.ts';
import type { Attribution } from '../../domain/replies/attribution.ts';
import { rows } from '../../database/sql.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { deliveryView, DeliveryView } from '../callbacks/deliveries.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { newestReplies, replyConditions, replyFilters, type ReplyConditions } from './reply-filters.ts';
import { Id, IdParam, iso, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const AttributionView = z
  .object({
    method: z.enum(['reply-code', 'keyword', 'rented-number', 'corrected', 'none']),
    confidence: z.enum(['exact', 'low']).nullable(),
    messageId: Id.nullable(),
    candidates: z.number().int().openapi({ description: 'How many messages it might have answered' }),
  })
  .openapi('Attribution', { description: 'How the reply found its campaign' });

const ReplyView = z
  .object({
    id: Id,
    from: z.string(),
    to: z.string().openapi({ description: 'The reply code written to' }),
    text: z.string(),
    receivedAt: Time.openapi({ description: 'When the device or the carrier received it' }),
    precision: z.string().openapi({ description: 'Of receivedAt: millisecond, second, minute, or ours' }),
    ingestedAt: Time,
    keyword: z
      .enum(['stop', 'start', 'contact', 'looks-like-stop'])
      .nullable()
      .openapi({ description: 'looks-like-stop: for a person to read, nothing was done' }),
    optOut: z.boolean(),
    partial: z.boolean().openapi({ description: 'Parts of it have not come: […] stands for them' }),
    raw: z
      .string()
      .nullable()
      .openapi({ description: 'Its octets in base64, where they are no text we can read, or none that can be stored whole' }),
    campaignId: Id.nullable(),
    messageId: Id.nullable(),
    conversationId: Id.nullable(),
    sequence: z.number().int().nullable().openapi({ description: 'Its number in the conversation' }),
    attribution: AttributionView,
    runId: z.string().nullable().openapi({ description: 'The workflow id of the run that filed it' }),
  })
  .openapi('Reply');

const Answered = z.object({ id: Id, name: z.string() }).nullable();
const ReplyListed = ReplyView.extend({
  campaign: Answered,
  reference: z.string().nullable().openapi({ description: 'Of the message that it answers' }),
  firstName: z.string().nullable().openapi({ description: 'Of the contact with this number' }),
  lastName: z.string().nullable(),
}).openapi('ListedReply');
const ReplyDetail = ReplyView.extend({
  campaign: Answered,
  message: z.object({ id: Id, text: z.string(), submittedAt: Time.nullable(), reference: z.string().nullable() }).nullable(),
  run: z.object({
    id: z.string().nullable(),
    handedAt: Time.nullable(),
    filedAt: Time.nullable(),
    deliveries: z.array(DeliveryView),
  }),
}).openapi('ReplyDetail');

/** Counted, not named: candidates may belong to other accounts. */
const attributionView = (attribution: Attribution | null): z.infer<typeof AttributionView> => ({
  method: attribution?.method ?? 'none',
  confidence: attribution && 'confidence' in attribution ? attribution.confidence : null,
  messageId: attribution && 'messageId' in attribution ? attribution.messageId : null,
  candidates: attribution && 'candidates' in attribution ? attribution.candidates.length : 0,
});

const replyView = (reply: Reply): z.infer<typeof ReplyView> =>
  shown(ReplyView, reply, {
    from: reply.fromNumber,
    to: reply.replyCode,
    raw: reply.body ? Buffer.from(reply.body).toString('base64') : null,
    attribution: attributionView(reply.attribution ?? null),
  });

const Filters = PageQuery.extend({
  ...replyFilters,
  conversation: Id.optional(),
  total: z.literal('true').optional().openapi({ description: 'Count all that fit, too' }),
});
const MOST_COUNTED = 10_000;

const route = routesOf('Replies');
const list = route('get', '/replies', 'listReplies', {
  summary: 'Replies, newest first',
  request: { query: Filters },
  responses: ok(
    'A page',
    pageOf(ReplyListed).extend({
      total: z
        .int()
        .optional()
        .openapi({ description: `Where it was asked for: how many fit, ${MOST_COUNTED} at most` }),
    }),
  ),
});

const get = route('get', '/replies/{id}', 'getReply', {
  summary: 'A reply, what it answers, and where it went',
  request: { params: IdParam },
  responses: ok('The reply', ReplyDetail, notFound),
});

type Known = Pick<z.infer<typeof ReplyListed>, 'campaign' | 'reference' | 'firstName' | 'lastName'>;

export const replies = ({ db }: ApiServices) => {
  async function countReplies({ all, values }: ReplyConditions): Promise<number> {
    const fitting = `select from replies r where ${all()} limit ${MOST_COUNTED}`;
    const [counted] = await rows<{ n: number }>(db.pool, `select count(*)::int as n from (${fitting}) each`, values);
    return counted?.n ?? 0;
  }
  return forAccounts()
    .openapi(list, async (c) => {
      const account = c.get('account');
      const { cursor, limit, total, ...asked } = c.req.valid('query');
      const counted = total ? { total: await countReplies(replyConditions(account, asked)) } : {};
      const find = ({ after, most }: Place) => {
        const conditions = replyConditions(account, { ...asked, before: after ?? undefined });
        return rows<{ id: string } & Known>(
          db.pool,
          `select r.id, case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name) end as campaign, m.reference,
             k.first_name as "firstName", k.last_name as "lastName" from (${newestReplies(conditions, most)}) chosen join replies r using (id)
             left join campaigns c on c.id = r.campaign_id and c.account_id = r.account_id
             left join messages m on m.id = r.message_id and m.account_id = r.account_id
             left join contacts k on k.account_id = r.account_id and k.phone = r.from_number order by r.id desc`,
          conditions.values,
        );
      };
      const { items: chosen, nextCursor } = await pageById({ cursor, limit }, `replies ${account.id}`, find, (row) => row);
      const found = await db.em().find(Reply, { id: { $in: chosen.map(({ id }) => id) }, accountId: account.id });
      const byId = new Map(found.map((reply) => [reply.id, reply]));
      // A reply that moved to another account meanwhile is left out; the page still goes on.
      const items = chosen.flatMap(({ id, ...answered }) => {
        const reply = byId.get(id);
        return reply ? [{ ...replyView(reply), ...answered }] : [];
      });
      return c.json({ items, nextCursor, ...counted }, 200);
    })
    .openapi(get, async (c) => {
      const accountId = c.get('account').id;
      const em = db.em();
      const reply = existing(await em.findOne(Reply, { id: c.req.valid('param').id, accountId, hidden: false }));
      const campaign = reply.campaignId ? await em.findOne(Campaign, { id: reply.campaignId, account: accountId }) : null;
      const message = reply.messageId ? await em.findOne(Message, { id: reply.messageId, accountId }) : null;
      const events = await em.find(Event, { accountId, replyId: reply.id });
      const byId = new Map(events.map((event) => [event.id, event]));
      const owed = await em.find(Delivery, { accountId, eventId: { $in: [...byId.keys()] } }, { orderBy: { id: 'asc' } });
      const view = {
        ...replyView(reply),
        campaign: campaign && { id: campaign.id, name: campaign.name },
        message: message && {
          id: message.id,
          text: message.text,
          submittedAt: iso(message.submittedAt),
          reference: message.reference ?? null,
        },
        run: {
          id: reply.runId ?? null,
          handedAt: iso(reply.handedAt),
          filedAt: iso(reply.filedAt),
          deliveries: owed.map((delivery) => deliveryView(delivery, byId.get(delivery.eventId))),
        },
      };
      return c.json(view, 200);
    });
};
