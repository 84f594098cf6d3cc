import { z } from '@hono/zod-openapi';
import { masked, maskNumbers } from '../../domain/masked-number.ts';
import { rows, type Sql } from '../../database/sql.ts';
import { Id, iso, shown, Time } from '../http/schemas.ts';
import { existing } from '../http/problem.ts';
import type { CallingAccount } from '../services.ts';

export const STATES = ['open', 'closed', 'snoozed', 'blocked'] as const;

export const ConversationView = z
  .object({
    id: Id,
    phone: z.string(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    replyCode: z.string().openapi({ description: 'What the phone last wrote to: answers leave by it' }),
    replies: z.number().int(),
    answers: z
      .number()
      .int()
      .openapi({ description: 'Given so far: send it with an answer, and two people do not answer one reply' }),
    unread: z.number().int().openapi({ description: 'Replies since somebody last looked' }),
    state: z
      .enum(STATES)
      .openapi({ description: 'A reply opens it again, but for a blocked one; a snoozed one opens in time too' }),
    snoozedUntil: Time.nullable(),
    assignee: z.string().nullable().openapi({ description: 'Who looks after it: the e-mail address of a person of the account' }),
    tags: z.array(z.string()),
    flagged: z.boolean(),
    optedOut: z.boolean(),
    answeringBy: z.string().nullable().openapi({ description: 'Who is writing an answer at this moment' }),
    closings: z.array(z.object({ at: Time, by: z.string() })).openapi({
      description: 'The last times it was closed, and by whom, oldest first: each ended a conversation with that phone',
    }),
    lastText: z.string().nullable().openapi({ description: 'How its last reply begins' }),
    hit: z.string().nullable().optional().openapi({
      description:
        'Of a list that was searched: how the newest reply with these words begins; null where a name or a number was found',
    }),
    lastReplyAt: Time,
    createdAt: Time,
  })
  .openapi('Conversation');

type View = z.infer<typeof ConversationView>;
export type ConversationRow = Omit<View, 'lastReplyAt' | 'createdAt' | 'snoozedUntil'> & {
  lastReplyAt: Date;
  createdAt: Date;
  snoozedUntil: Date | null;
  carrierId: string;
};

/** A conversation whose snooze has ended is open. */
export const STATE = `case when c.state = 'snoozed' and c.snoozed_until <= now() then 'open' else c.state end`;

/** Characters shown of the last reply. More is read, so that a number at the cut is masked whole. */
const SHOWN = 120;
/** Characters read of a reply found by search. */
const HIT = 500;

/** What is shown of the conversations that `found` selects; `hits` selects the replies that a search found. */
export const showing = (found: string, hits: string | null = null): string => `with c as materialized (${found})
  select c.id, c.phone, k.first_name as "firstName", k.last_name as "lastName", c.reply_code as "replyCode", c.carrier_id as "carrierId",
    c.sequence as replies, c.answers, c.unread, ${STATE} as state, c.snoozed_until as "snoozedUntil", c.assignee, c.tags, c.flagged, c.closings,
    o.phone is not null as "optedOut", case when c.answering_until > now() then c.answering_by end as "answeringBy",
    r.text as "lastText", c.last_reply_at as "lastReplyAt", c.created_at as "createdAt"${hits === null ? '' : ', h.text as hit'}
  from c
    left join contacts k on k.account_id = c.account_id and k.phone = c.phone
    left join opt_outs o on o.account_id = c.account_id and o.phone = c.phone
    left join lateral (
      select left(text, ${SHOWN * 2}) as text from replies where conversation_id = c.id and account_id = c.account_id and not hidden
      order by sequence desc limit 1
    ) r on true
    ${
      hits === null
        ? ''
        : `left join lateral (
      select left(text, ${HIT}) as text from replies where id in (${hits}) and conversation_id = c.id and account_id = c.account_id
      order by received_at desc limit 1
    ) h on true`
    }
  order by c.last_reply_at desc, c.id desc`;

/** Masks numbers in a text for callers who may not see them. */
export const hiding =
  ({ onlyFor, country }: Pick<CallingAccount, 'onlyFor' | 'country'>, phone: string) =>
  <T extends string | null>(text: T): T | string =>
    onlyFor === null || text === null ? text : maskNumbers(text, phone, country);

export function conversationView(row: ConversationRow, account: Pick<CallingAccount, 'onlyFor' | 'country'>): View {
  const hide = hiding(account, row.phone);
  return shown(ConversationView, row, {
    phone: account.onlyFor === null ? row.phone : masked(row.phone),
    firstName: hide(row.firstName),
    lastName: hide(row.lastName),
    ...(row.hit === undefined ? {} : { hit: hide(row.hit) }),
    lastText: row.lastText && Array.from(hide(row.lastText)).slice(0, SHOWN).join(''),
    snoozedUntil: row.state === 'snoozed' ? iso(row.snoozedUntil) : null,
  });
}

/** The conversations that a caller sees; a null value sees all. */
export const seenBy = (onlyFor: string): string => `(${onlyFor}::text is null or assignee is null or assignee = ${onlyFor})`;

/** A conversation that the caller sees. Throws `not-found`. */
export async function findConversation(
  sql: Sql,
  id: string,
  { id: accountId, onlyFor }: Pick<CallingAccount, 'id' | 'onlyFor'>,
): Promise<ConversationRow> {
  const chosen = `select * from conversations where id = $1 and account_id = $2 and ${seenBy('$3')}`;
  return existing((await rows<ConversationRow>(sql, showing(chosen), [id, accountId, onlyFor]))[0]);
}
