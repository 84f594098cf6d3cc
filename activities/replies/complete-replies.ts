import type { PoolClient } from 'pg';
import type { Attribution } from '../../domain/replies/attribution.ts';
import { emitEvents } from '../../database/callbacks/emit-events.ts';
import { affected, rows } from '../../database/sql.ts';
import type { Answered, Filed } from './filing-types.ts';
import { keywordOf, optedOutEvent, replyEvent } from './reply-event.ts';
import type { NewReply } from './store-replies.ts';

/** After the commit: replies to file, and accounts with new events. */
export type Completed = { ids: string[]; accounts: string[] };

type Shown = {
  id: string;
  account_id: string | null;
  filed_at: Date | null;
  hidden: boolean;
  from_number: string;
  reply_code: string;
  received_at: Date;
  attribution: Attribution | null;
  opt_out: boolean;
  conversation_id: string | null;
  sequence: number | null;
  answered: (Omit<Answered, 'submitted_at'> & { submitted_at: string }) | null;
};

/**
 * Completes replies that were shown without some parts. One now whole emits `reply.completed`; one without an account is filed
 * again, as its whole text may identify it.
 */
export async function completeReplies(client: PoolClient, replies: NewReply[]): Promise<Completed> {
  if (replies.length === 0) return { ids: [], accounts: [] };
  const shown = await rows<Shown>(
    client,
    `select r.id, r.account_id, r.filed_at, r.hidden, r.from_number, r.reply_code, r.received_at, r.attribution, r.opt_out,
       r.conversation_id, r.sequence, (
         select to_jsonb(a) from (
           select m.id, m.text, m.submitted_at, m.reference, m.two_way, m.campaign_id, c.name as campaign_name, c.request_id
           from messages m left join campaigns c on c.id = m.campaign_id where m.id = r.message_id) a) as answered
     from replies r where r.id = any($1::uuid[]) order by r.id for update of r`,
    [replies.map(({ id }) => id)],
  );
  const byId = new Map(replies.map((reply) => [reply.id, reply]));
  const now = shown.flatMap((row) => {
    const reply = byId.get(row.id);
    return reply ? [{ row, reply, keyword: keywordOf(reply.text) }] : [];
  });
  await affected(
    client,
    `update replies r set text = f.text, body = f.body, partial = f.partial,
       keyword = case when r.filed_at is null then r.keyword else f.keyword end,
       opt_out = r.opt_out or r.account_id is not null and coalesce(f.keyword = 'stop', false)
     from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bool[], $5::text[]) as f (id, text, body, partial, keyword) where r.id = f.id`,
    [
      now.map(({ row }) => row.id),
      now.map(({ reply }) => reply.text),
      now.map(({ reply }) => reply.body),
      now.map(({ reply }) => reply.partial),
      now.map(({ keyword }) => keyword),
    ],
  );
  const whole = now.filter(({ row, reply }) => row.filed_at !== null && !reply.partial);
  const ids = whole.filter(({ row }) => row.account_id === null).map(({ row }) => row.id);
  await affected(
    client,
    `update replies set filed_at = null, handed_at = null, run_id = null, attribution = null, keyword = null where id = any($1::uuid[])`,
    [ids],
  );
  const stops = await obeyStops(
    client,
    now.flatMap(({ row, keyword }) => (row.account_id !== null && keyword === 'stop' ? [row] : [])),
  );
  const { accounts } = await emitEvents(
    client,
    now.flatMap(({ row, reply, keyword }) => {
      const told = tellOf(row, reply, keyword);
      return [
        ...(row.filed_at !== null && !reply.partial && !row.hidden ? told.completed : []),
        ...(stops.has(row.id) ? told.optedOut : []),
      ];
    }),
    null,
  );
  return { ids, accounts };
}

/** The last part may contain the STOP. Returns the replies that newly opted someone out. */
async function obeyStops(client: PoolClient, stops: Shown[]): Promise<Set<string>> {
  const left = await rows<{ reply_id: string }>(
    client,
    `insert into opt_outs (account_id, phone, since, reply_id)
     select account_id, phone, now(), reply_id from unnest($1::uuid[], $2::text[], $3::uuid[]) as s (account_id, phone, reply_id)
     order by 1, 2 on conflict do nothing returning reply_id`,
    [stops.map((row) => row.account_id), stops.map((row) => row.from_number), stops.map((row) => row.id)],
  );
  return new Set(left.map((row) => row.reply_id));
}

function tellOf(row: Shown, { text, partial }: NewReply, keyword: Filed['keyword']) {
  const { account_id: accountId } = row;
  if (accountId === null) return { completed: [], optedOut: [] };
  const told = {
    reply: { ...row, text, partial },
    answered: row.answered && { ...row.answered, submitted_at: new Date(row.answered.submitted_at) },
    attribution: row.attribution ?? { method: 'none' as const, reason: 'no-candidate' as const, candidates: [] },
    keyword,
    optOut: row.opt_out || keyword === 'stop',
    conversationId: row.conversation_id,
    sequence: row.sequence,
    hidden: row.hidden,
  };
  return {
    completed: [replyEvent('reply.completed', accountId, told)],
    optedOut: [optedOutEvent(accountId, told)],
  };
}
