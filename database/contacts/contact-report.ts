import type { PoolClient } from 'pg';
import type { HashPhone } from './phone-hash.ts';
import { rows } from '../sql.ts';

/** Everything an account knows of one phone (right of access). Times are ISO. */
export type ContactReport = {
  phone: string;
  contact: Record<string, unknown> | null;
  optOut: Record<string, unknown> | null;
  conversation: Record<string, unknown> | null;
  notes: Record<string, unknown>[];
  messages: Record<string, unknown>[];
  replies: Record<string, unknown>[];
};

const PARTS = {
  contact: `select id, phone, first_name as "firstName", last_name as "lastName", tags, created_at as "createdAt", updated_at as "updatedAt"
    from contacts where account_id = $1 and phone = $2`,
  optOut: `select since, source, reason from opt_outs where account_id = $1 and phone in ($2, $3) order by since limit 1`,
  conversation: `select id, reply_code as "replyCode", state, assignee, tags, last_reply_at as "lastReplyAt", created_at as "createdAt"
    from conversations where account_id = $1 and phone = $2`,
  notes: `select n.id, n.author, n.text, n.created_at as "createdAt" from conversation_notes n
    join conversations c on c.id = n.conversation_id where c.account_id = $1 and c.phone = $2 order by n.id`,
  messages: `select id, campaign_id as "campaignId", sender, text, reference, state, reason, submitted_at as "submittedAt"
    from messages where to_number = $2 and account_id = $1 order by id`,
  replies: `select id, campaign_id as "campaignId", reply_code as "to", text, received_at as "receivedAt", keyword, opt_out as "optOut"
    from replies where account_id = $1 and from_number = $2 and not hidden order by id`,
} as const;

/** Null if the account knows nothing of the phone. */
export async function contactReport(
  client: PoolClient,
  accountId: string,
  phone: string,
  hashPhone: HashPhone,
): Promise<ContactReport | null> {
  const read = (part: keyof typeof PARTS) => {
    const values = [accountId, phone, ...(part === 'optOut' ? [hashPhone(phone)] : [])];
    return rows<Record<string, unknown>>(client, PARTS[part], values);
  };
  const [contact = null] = await read('contact');
  const [optOut = null] = await read('optOut');
  const [conversation = null] = await read('conversation');
  const notes = await read('notes');
  const messages = await read('messages');
  const replies = await read('replies');
  const known = contact ?? optOut ?? conversation ?? messages[0] ?? replies[0];
  return known ? { phone, contact, optOut, conversation, notes, messages, replies } : null;
}
