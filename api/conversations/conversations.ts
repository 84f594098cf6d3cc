import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Conversation, type Closing, type ConversationState } from '../../database/conversations/conversation.ts';
import { touch } from '../../database/live.ts';
import { rows } from '../../database/sql.ts';
import { INBOX_VIEWS, type InboxView } from '../../domain/conversations/inbox-views.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';
import {
  conversationView,
  ConversationView,
  findConversation,
  seenBy,
  STATE,
  STATES,
  type ConversationRow,
} from './conversation-view.ts';
import { pageBy, pageOf } from '../http/cursor.ts';
import { personOf } from './actor-name.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, IdParam, TimeIn } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';
import { ConversationFilters, conversationsQuery, mentioning } from './conversation-filters.ts';
import { CountedInboxView, countedViews } from './inbox-views.ts';

const Change = z
  .strictObject({
    state: z.enum(STATES),
    snoozedUntil: TimeIn.openapi({ description: 'With the state snoozed: when it opens by itself' }),
    assignee: z.string().max(200).nullable().openapi({ description: 'The e-mail address of a person of the account' }),
    tags: z.array(z.string().trim().min(1).max(50)).max(20),
    flagged: z.boolean(),
  })
  .partial()
  .openapi('ConversationChange');

const Counts = z.record(z.enum(INBOX_VIEWS), z.number().int()).openapi('ConversationCounts', {
  description: 'How many conversations of the account are so; `mine` are open ones of who asks',
});

const route = routesOf('Conversations');
const one = ok('The conversation', ConversationView, notFound);
const list = route('get', '/conversations', 'listConversations', {
  summary: 'Conversations, the one with the newest reply first',
  request: { query: ConversationFilters },
  responses: ok(
    'A page',
    pageOf(ConversationView).extend({
      unread: z.number().int().openapi({ description: 'Conversations of the account with a reply that nobody has read' }),
      counts: Counts.optional().openapi({ description: 'Where they were asked for' }),
      views: z.array(CountedInboxView).optional().openapi({ description: 'With the counts: the views that the caller saved' }),
    }),
  ),
});
const get = route('get', '/conversations/{id}', 'getConversation', {
  summary: 'A conversation',
  request: { params: IdParam },
  responses: one,
});
const change = route('patch', '/conversations/{id}', 'changeConversation', {
  summary: 'Assign, tag, flag, close, snooze, block or reopen a conversation',
  request: { params: IdParam, body: body(Change) },
  responses: one,
});
const read = route('post', '/conversations/{id}/read', 'readConversation', {
  summary: 'Mark all replies of a conversation as read',
  request: { params: IdParam },
  responses: one,
});

const VIEW_COUNTS = Object.entries({
  open: `state = 'open'`,
  unread: `unread > 0 and state <> 'blocked'`,
  mine: `assignee = $3 and state = 'open'`,
  mentioned: `mentioned and state = 'open'`,
  unassigned: `assignee is null and state = 'open'`,
  flagged: 'flagged',
  snoozed: `state = 'snoozed'`,
  closed: `state = 'closed'`,
  blocked: `state = 'blocked'`,
})
  .map(([view, fits]) => `(count(*) filter (where ${fits}))::int as ${view}`)
  .join(', ');
const NOTHING = {
  all: 0,
  open: 0,
  unread: 0,
  mine: 0,
  mentioned: 0,
  unassigned: 0,
  flagged: 0,
  snoozed: 0,
  closed: 0,
  blocked: 0,
};

const show = (c: Context<AccountEnv>) => (row: ConversationRow) => conversationView(row, c.get('account'));

async function checkAssignee({ db }: ApiServices, email: string, account: string): Promise<void> {
  const [found] = await rows(db.pool, 'select from users where account_id = $1 and email = $2', [account, email]);
  if (found) return;
  throw invalidRequest(fault('assignee', 'not-a-person'));
}

async function countUnread({ db }: ApiServices, account: string, onlyFor: string | null): Promise<number> {
  const [counted] = await rows<{ unread: number }>(
    db.pool,
    `select count(*)::int as unread from conversations
     where account_id = $1 and unread > 0 and state <> 'blocked' and ${seenBy('$2')}`,
    [account, onlyFor],
  );
  return counted?.unread ?? 0;
}

async function countViews(
  { db }: ApiServices,
  account: string,
  onlyFor: string | null,
  me: string | null,
): Promise<z.infer<typeof Counts>> {
  const [counted] = await rows<Record<InboxView, number>>(
    db.pool,
    `select count(*)::int as all, ${VIEW_COUNTS} from (
       select c.unread, c.flagged, c.assignee, c.id in (${mentioning('$3')}) as mentioned, ${STATE} as state from conversations c where c.account_id = $1 and ${seenBy('$2')}
     ) each`,
    [account, onlyFor, me],
  );
  return counted ?? NOTHING;
}

async function listPage(services: ApiServices, c: Context<AccountEnv>, asked: z.infer<typeof ConversationFilters>) {
  const caller = c.get('account');
  const { id: account, onlyFor } = caller;
  const me = asked.mine || asked.mentioned || asked.counts ? await personOf(services.db.pool, c.get('keyId')) : null;
  const order = {
    scope: `conversations ${account}`,
    position: z.tuple([z.iso.datetime(), z.uuid()]),
    placeOf: ({ lastReplyAt, id }: ConversationRow): [string, string] => [lastReplyAt.toISOString(), id],
  };
  const find = (after: [string, string] | null, most: number) => {
    const { text, values } = conversationsQuery({ ...asked, most }, caller, me, after);
    return rows<ConversationRow>(services.db.pool, text, values);
  };
  const shown = await pageBy(asked, order, find, show(c));
  const counts = asked.counts ? await countViews(services, account, onlyFor, me) : undefined;
  const views = counts && (await countedViews(services.db, caller, c.get('keyId'), me));
  const unread = counts?.unread ?? (await countUnread(services, account, onlyFor));
  return { ...shown, unread, ...(counts ? { counts, views } : {}) };
}

const CLOSINGS = 20;
/** Reopening by hand takes the last closing back: the conversation was not ended. */
function closingsAfter({ state: before, closings }: Conversation, state: ConversationState, by: string): Closing[] {
  if (state === before) return closings;
  if (state === 'closed') return [...closings, { at: new Date().toISOString(), by }].slice(-CLOSINGS);
  return before === 'closed' ? closings.slice(0, -1) : closings;
}

async function changeConversation(services: ApiServices, c: Context<AccountEnv>, id: string, asked: z.infer<typeof Change>) {
  const { db } = services;
  const { id: account, onlyFor } = c.get('account');
  const { state, snoozedUntil, assignee, tags: wanted, flagged } = asked;
  const em = db.em();
  const conversation = existing(
    await em.findOne(Conversation, {
      id,
      account,
      ...(onlyFor === null ? {} : { $or: [{ assignee: null }, { assignee: onlyFor }] }),
    }),
  );
  if (typeof assignee === 'string') await checkAssignee(services, assignee, account);
  const until = state === undefined ? undefined : snoozeOf(state, snoozedUntil);
  const by = state === 'closed' ? await personOf(db.pool, c.get('keyId')) : '';
  em.assign(conversation, {
    closings: state === undefined ? conversation.closings : closingsAfter(conversation, state, by),
    ...(state === undefined ? {} : { state, snoozedUntil: until ?? null }),
    ...(assignee === undefined ? {} : { assignee }),
    ...(wanted === undefined ? {} : { tags: [...new Set(wanted)] }),
    ...(flagged === undefined ? {} : { flagged }),
  });
  await em.flush();
  await touch(db.pool, account);
  // Shown even if it was just assigned to somebody else.
  return findConversation(db.pool, id, { id: account, onlyFor: null });
}

/** The end of a snooze; null for other states. Throws for a missing or past time. */
function snoozeOf(state: (typeof STATES)[number], until: string | undefined): Date | null {
  if (state !== 'snoozed') return null;
  const time = until === undefined ? null : new Date(until);
  if (time !== null && time.getTime() > Date.now()) return time;
  throw invalidRequest(fault('snoozedUntil', 'snooze-past'));
}

export const conversations = (services: ApiServices) => {
  const { db } = services;
  return forAccounts()
    .openapi(list, async (c) => c.json(await listPage(services, c, c.req.valid('query')), 200))
    .openapi(get, async (c) => c.json(show(c)(await findConversation(db.pool, c.req.valid('param').id, c.get('account'))), 200))
    .openapi(change, async (c) => {
      const changed = await changeConversation(services, c, c.req.valid('param').id, c.req.valid('json'));
      return c.json(show(c)(changed), 200);
    })
    .openapi(read, async (c) => {
      const account = c.get('account').id;
      const { id } = c.req.valid('param');
      const changed = await rows(
        db.pool,
        `update conversations set unread = 0 where id = $1 and account_id = $2 and unread > 0 and ${seenBy('$3')} returning id`,
        [id, account, c.get('account').onlyFor],
      );
      if (changed.length > 0) await touch(db.pool, account);
      return c.json(show(c)(await findConversation(db.pool, id, c.get('account'))), 200);
    });
};
