import { z } from '@hono/zod-openapi';
import { planAnswer, storeAnswer } from '../../database/conversations/answer.ts';
import { touch } from '../../database/live.ts';
import { rows, transaction } from '../../database/sql.ts';
import { masked } from '../../domain/masked-number.ts';
import { findConversation, hiding } from './conversation-view.ts';
import { pageBy, pageOf, PageQuery } from '../http/cursor.ts';
import { IdempotencyHeader } from '../http/idempotency.ts';
import { refuseOptedOut } from '../../database/contacts/opt-out.ts';
import { SkipOptedOut } from '../campaigns/campaign-request.ts';
import { fresh, MessageState, MessageView, messageView } from '../campaigns/message-view.ts';
import { conflict, notFound, refused } from '../http/problem.ts';
import { accepted, forAccounts, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const EntryView = z
  .object({
    direction: z.enum(['inbound', 'outbound']),
    id: Id.openapi({ description: 'Of the reply, or of the message' }),
    at: Time.openapi({ description: 'When it was received, or sent; a message that waits: accepted' }),
    text: z.string(),
    campaignId: Id.nullable(),
    campaignName: z.string().nullable(),
    state: MessageState.nullable().openapi({ description: 'Of a message' }),
    reason: z.string().nullable().openapi({ description: 'Why a message was left out or failed' }),
    reference: z.string().nullable(),
    optOut: z.boolean(),
    partial: z.boolean(),
  })
  .openapi('ConversationEntry');

const NewAnswer = z
  .strictObject({
    text: z.string().min(1).max(2000),
    skipOptedOut: SkipOptedOut,
    answers: z.number().int().min(0).max(2_147_483_647).optional().openapi({
      description:
        'The conversation’s `answers` as you saw it: refused with `answered-meanwhile` when somebody has answered since',
    }),
  })
  .openapi('NewAnswer');

const route = routesOf('Conversations');
const listEntries = route('get', '/conversations/{id}/messages', 'listConversationMessages', {
  summary:
    'Everything between the account and that phone, both ways, in the order of time; of a campaign only what has left, or was refused by the carrier',
  request: { params: IdParam, query: PageQuery.extend({ order: z.enum(['oldest', 'newest']).default('oldest') }) },
  responses: ok('A page', pageOf(EntryView), notFound),
});

const answer = route('post', '/conversations/{id}/messages', 'answerConversation', {
  summary:
    'Answer: an SMS by the number that the phone last wrote to. The text goes as it is, without merge tags; one that costs more than the spend limit leaves is refused',
  request: { params: IdParam, headers: IdempotencyHeader, body: body(NewAnswer) },
  responses: accepted('Stored, and on its way', MessageView, { ...notFound, ...conflict, ...refused }),
});

type EntryRow = Omit<z.infer<typeof EntryView>, 'at'> & { ms: number };

/** The time in the UUIDv7: an unsent message stands where it was accepted. */
const ACCEPTED_AT = `(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint)`;
/** Messages shown: of a campaign those that may have left, otherwise also queued and skipped ones; no simulations. */
const SAID = `(m.campaign_id is null or m.resends > 0 or m.state not in ('queued', 'skipped')) and m.state <> 'simulated'`;
/** Messages and replies of conversation $1 of account $2 with phone $3. */
export const ENTRIES = `
  select 'inbound' as direction, id, floor(extract(epoch from received_at) * 1000)::float8 as ms, text, campaign_id as "campaignId",
    null as state, null as reason, null as reference, opt_out as "optOut", partial
  from replies where conversation_id = $1 and account_id = $2 and not hidden
  union all
  select 'outbound', id, coalesce(floor(extract(epoch from submitted_at) * 1000), ${ACCEPTED_AT})::float8, text, campaign_id,
    state, reason, reference, false, false
  from messages m where to_number = $3 and account_id = $2 and ${SAID}`;

const entriesOf = (order: 'oldest' | 'newest'): string => {
  const [past, direction] = order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
  return `select e.*, c.name as "campaignName" from (
      select * from (${ENTRIES}) e where $4::float8 is null or (ms, id) ${past} ($4::float8, $5::uuid)
      order by ms ${direction}, id ${direction} limit $6
    ) e left join campaigns c on c.id = e."campaignId" and c.account_id = $2
    order by ms ${direction}, e.id ${direction}`;
};

const entryView =
  (hide: ReturnType<typeof hiding>) =>
  ({ ms, ...entry }: EntryRow) => ({
    ...entry,
    text: hide(entry.text),
    campaignName: hide(entry.campaignName),
    reference: hide(entry.reference),
    at: new Date(ms).toISOString(),
  });

export const conversationEntries = ({ db, runs, hashPhone }: ApiServices) =>
  forAccounts()
    .openapi(listEntries, async (c) => {
      const { order, ...query } = c.req.valid('query');
      const account = c.get('account');
      const { id: conversationId, phone } = await findConversation(db.pool, c.req.valid('param').id, account);
      const byTime = {
        scope: `conversation ${order} ${conversationId}`,
        position: z.tuple([z.number(), z.uuid()]),
        placeOf: ({ ms, id }: EntryRow): [number, string] => [ms, id],
      };
      const find = (after: [number, string] | null, most: number) =>
        rows<EntryRow>(db.pool, entriesOf(order), [conversationId, account.id, phone, ...(after ?? [null, null]), most]);
      return c.json(await pageBy(query, byTime, find, entryView(hiding(account, phone))), 200);
    })
    .openapi(answer, async (c) => {
      const account = c.get('account');
      const { text, answers, skipOptedOut } = c.req.valid('json');
      const conversation = await findConversation(db.pool, c.req.valid('param').id, account);
      if (!skipOptedOut) await refuseOptedOut(db.pool, account.id, conversation.phone, hashPhone);
      const planned = await planAnswer(db.pool, { account, conversation, text });
      const { basis, message } = planned;
      const view = messageView({
        ...message,
        ...basis,
        ...fresh,
        toNumber: account.onlyFor === null ? conversation.phone : masked(conversation.phone),
      });
      await transaction(db.pool, async (client) => {
        await storeAnswer(client, planned, answers ?? null);
        await c.get('idempotency')?.keep(client, 202, view);
      });
      runs.sendMessages([message.id]);
      await touch(db.pool, account.id);
      return c.json(view, 202);
    });
