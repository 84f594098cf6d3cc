import type { PoolClient } from 'pg';
import type { Attribution } from '../../domain/replies/attribution.ts';
import { MAY_HAVE_ARRIVED } from '../../domain/sending/message.ts';
import { emitEvents, type Emitted, type NewEvent } from '../callbacks/emit-events.ts';
import { fileInConversations } from '../conversations/file-in-conversations.ts';
import { affected, rows } from '../sql.ts';

export type Correction = {
  replyId: string;
  accountId: string;
  campaignId: string | null;
  /** The person's key. */
  by: string;
};

type Row = {
  id: string;
  account_id: string | null;
  campaign_id: string | null;
  message_id: string | null;
  conversation_id: string | null;
  sequence: number | null;
  from_number: string;
  reply_code: string;
  carrier_id: string;
  text: string;
  received_at: Date;
  opt_out: boolean;
  keyword: string | null;
  attribution: Attribution | null;
};
type Answered = {
  id: string;
  text: string;
  submitted_at: Date;
  reference: string | null;
  name: string;
  request_id: string | null;
};

/**
 * Moves a reply to the account and campaign a person chose, and emits the events. `from`: only this account's replies. Null: no
 * such reply; `no-message`: the campaign never wrote to that phone.
 */
export async function reattribute(
  client: PoolClient,
  { replyId, accountId, campaignId, by }: Correction,
  from: string | null,
): Promise<Emitted | 'no-message' | null> {
  const [reply] = await rows<Row>(
    client,
    `select id, account_id, campaign_id, message_id, conversation_id, sequence, from_number, reply_code, carrier_id, text, received_at,
       opt_out, keyword, attribution
     from replies where id = $1 and filed_at is not null and ($2::uuid is null or account_id = $2 and not hidden) for update`,
    [replyId, from],
  );
  if (!reply) return null;
  const [message = null] = campaignId === null ? [] : await findMessage(client, reply, accountId, campaignId);
  if (campaignId !== null && message === null) return 'no-message';

  const attribution = corrected(reply, message, by);
  const fromAnother = reply.account_id !== accountId;
  const placed = { accountId, reply, conversationId: reply.conversation_id, sequence: reply.sequence, keyword: reply.keyword };
  if (fromAnother || placed.conversationId === null) await fileInConversations(client, [placed]);
  await affected(
    client,
    `update replies set account_id = $2, campaign_id = $3, message_id = $4, conversation_id = $5, sequence = $6, attribution = $7, hidden = false
     where id = $1`,
    [reply.id, accountId, campaignId, message?.id ?? null, placed.conversationId, placed.sequence, JSON.stringify(attribution)],
  );
  // Its STOP counts for the new account.
  if (reply.opt_out && fromAnother) {
    await affected(
      client,
      `insert into opt_outs (account_id, phone, since, reply_id) values ($1, $2, now(), $3) on conflict do nothing`,
      [accountId, reply.from_number, reply.id],
    );
  }
  const type = 'reply.reattributed';
  const { sequence } = placed;
  const data = moved(reply, { message, campaignId, conversationId: placed.conversationId, attribution });
  const told: NewEvent[] = [{ accountId, type, replyId: reply.id, campaignId, sequence, data }];
  // The previous account learns only that it is not theirs.
  if (reply.account_id !== null && fromAnother)
    told.push({ accountId: reply.account_id, type, data: { reply: { id: reply.id }, withdrawn: true } });
  return emitEvents(client, told, null);
}

const corrected = ({ attribution: before }: Row, message: Answered | null, by: string): Attribution => ({
  method: 'corrected',
  messageId: message?.id ?? null,
  by,
  at: new Date().toISOString(),
  candidates: before && 'candidates' in before ? before.candidates : [],
});

const findMessage = (client: PoolClient, reply: Row, accountId: string, campaignId: string): Promise<Answered[]> =>
  rows<Answered>(
    client,
    `select m.id, m.text, m.submitted_at, m.reference, c.name, c.request_id from messages m join campaigns c on c.id = m.campaign_id
     where m.account_id = $1 and m.campaign_id = $2 and m.to_number = $3 and m.state = any($4::text[]) and m.submitted_at is not null
     order by m.submitted_at desc limit 1`,
    [accountId, campaignId, reply.from_number, [...MAY_HAVE_ARRIVED]],
  );

type Move = {
  message: Answered | null;
  campaignId: string | null;
  conversationId: string | null;
  attribution: Attribution;
};
const moved = (reply: Row, { message, campaignId, conversationId, attribution }: Move) => ({
  reply: {
    id: reply.id,
    from: reply.from_number,
    to: reply.reply_code,
    text: reply.text,
    receivedAt: reply.received_at.toISOString(),
    keyword: reply.keyword,
    optOut: reply.opt_out,
  },
  withdrawn: false,
  campaign: message ? { id: campaignId, name: message.name, requestId: message.request_id } : null,
  message: message && {
    id: message.id,
    text: message.text,
    sentAt: message.submitted_at.toISOString(),
    reference: message.reference,
  },
  previousCampaign: reply.campaign_id === null ? null : { id: reply.campaign_id },
  conversationId,
  attribution: { method: attribution.method },
});
