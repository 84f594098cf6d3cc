import { z } from '@hono/zod-openapi';
import { PageQuery } from '../http/cursor.ts';
import { Id } from '../http/schemas.ts';
import { newestReplies, replyConditions } from '../replies/reply-filters.ts';
import type { CallingAccount } from '../services.ts';
import { seenBy, showing, STATE, STATES } from './conversation-view.ts';

const Yes = z.literal('true').optional();
export const ConversationFilters = PageQuery.extend({
  state: z.enum(STATES).optional(),
  unread: Yes,
  flagged: Yes,
  mine: Yes.openapi({ description: 'Those assigned to who asks' }),
  mentioned: Yes.openapi({ description: 'Those with a note that names who asks' }),
  unassigned: Yes.openapi({ description: 'Open ones that nobody looks after' }),
  optedOut: Yes,
  counts: Yes.openapi({ description: 'Count what each view holds, too' }),
  tag: z.string().max(50).optional(),
  campaign: Id.optional().openapi({ description: 'With a reply to this campaign' }),
  search: z.string().trim().min(2).max(100).optional().openapi({ description: 'In numbers, names and the texts of replies' }),
});

/** Digits as stored: without the national leading zero. */
const digitsOf = (search: string): string => search.replaceAll(/\D/g, '').replace(/^0+/, '');
const like = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
/** How many of the newest replies with a word are looked up. */
const MOST_TEXTS = 200;

type Searcher = Pick<CallingAccount, 'id' | 'country' | 'onlyFor'>;
/** Conversations found by number, name or text, as a union so that each uses its index. */
function searched(search: string, account: Searcher) {
  const digits = digitsOf(search);
  // Callers who may not see numbers can't search by them, not in texts either: they could guess one digit by digit.
  if (digits.length > 2 && account.onlyFor !== null) return { values: [account.id], condition: 'false' };
  const texts = replyConditions(account, { search });
  const values = [...texts.values, like(search)];
  const hits = newestReplies(texts, MOST_TEXTS);
  const ways = [
    `select conversation_id from replies where id in (${hits})`,
    `select n.id from contacts k join conversations n on n.account_id = k.account_id and n.phone = k.phone
     where k.account_id = $1 and concat_ws(' ', k.first_name, k.last_name) ilike $${values.length}`,
  ];
  if (digits.length > 2) {
    values.push(like(digits));
    ways.push(`select id from conversations where account_id = $1 and phone like $${values.length}`);
  }
  return { values, condition: `c.id in (${ways.join(' union ')})`, hits };
}

const FLAGS = [
  ['unread', 'c.unread > 0'],
  ['flagged', 'c.flagged'],
  ['unassigned', `c.assignee is null and ${STATE} = 'open'`],
  ['optedOut', 'exists (select from opt_outs o where o.account_id = c.account_id and o.phone = c.phone)'],
] as const;

/** Conversations of account $1 with a note that mentions somebody. */
export const mentioning = (who: string): string =>
  `select conversation_id from conversation_notes where account_id = $1 and mentions <> '{}' and ${who}::text = any(mentions)`;

type Asked = Partial<Omit<z.infer<typeof ConversationFilters>, 'cursor' | 'limit'>>;

/** Conditions on `conversations c` and their values. */
export function conversationConditions(asked: Asked, account: Searcher, me: string | null) {
  const search = asked.search === undefined ? undefined : searched(asked.search, account);
  const values: unknown[] = search?.values ?? [account.id];
  const conditions = ['c.account_id = $1', ...(search ? [search.condition] : [])];
  const where = (condition: (value: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (account.onlyFor !== null) where(seenBy, account.onlyFor);
  if (asked.state) where((state) => `${STATE} = ${state}`, asked.state);
  conditions.push(...FLAGS.filter(([flag]) => asked[flag]).map(([, condition]) => condition));
  if (asked.mine) where((who) => `c.assignee = ${who}`, me);
  if (asked.mentioned) where((who) => `c.id in (${mentioning(who)})`, me);
  if (asked.tag) where((tag) => `${tag} = any(c.tags)`, asked.tag);
  if (asked.campaign) {
    const ofCampaign = (id: string) =>
      `exists (select from replies r where r.conversation_id = c.id and r.account_id = c.account_id and r.campaign_id = ${id})`;
    where(ofCampaign, asked.campaign);
  }
  return { values, conditions, hits: search?.hits ?? null };
}

/** Up to `most` of them after a place, newest reply first. */
export function conversationsQuery(
  asked: Asked & { most: number },
  account: Searcher,
  me: string | null,
  after: [lastReplyAt: string, id: string] | null,
): { text: string; values: unknown[] } {
  const { values, conditions, hits } = conversationConditions(asked, account, me);
  if (after) {
    values.push(...after);
    conditions.push(`(c.last_reply_at, c.id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`);
  }
  values.push(asked.most);
  const chosen = `select c.* from conversations c where ${conditions.join(' and ')}
    order by c.last_reply_at desc, c.id desc limit $${values.length}`;
  return { text: showing(chosen, hits), values };
}
