import { readKeyword } from '../../domain/replies/keywords.ts';
import type { NewEvent } from '../../database/callbacks/emit-events.ts';
import type { Filed, Unfiled } from './filing-types.ts';

type EventFacts = Omit<Filed, 'reply' | 'accountId' | 'rule'> & {
  reply: Pick<Unfiled, 'id' | 'from_number' | 'reply_code' | 'text' | 'received_at' | 'partial'>;
};

export const keywordOf = (text: string): Filed['keyword'] => {
  const { kind } = readKeyword(text);
  return kind === 'none' ? null : kind;
};

export const campaignOf = (
  of: { campaign_id: string | null; campaign_name: string | null; request_id: string | null } | null,
): { id: string; name: string | null; requestId: string | null } | null =>
  of?.campaign_id ? { id: of.campaign_id, name: of.campaign_name, requestId: of.request_id } : null;

/** An event that shows a reply. */
export const replyEvent = (
  type: 'reply.received' | 'reply.completed',
  accountId: string,
  { reply, answered, attribution, keyword, optOut, conversationId, sequence, hidden }: EventFacts,
): NewEvent => ({
  accountId,
  type,
  replyId: reply.id,
  emails: true,
  campaignId: answered?.campaign_id ?? null,
  sequence,
  data: {
    reply: {
      id: reply.id,
      from: reply.from_number,
      to: reply.reply_code,
      text: reply.text,
      receivedAt: reply.received_at.toISOString(),
      keyword,
      optOut,
      partial: reply.partial,
    },
    campaign: campaignOf(answered),
    message: answered
      ? { id: answered.id, text: answered.text, sentAt: answered.submitted_at.toISOString(), reference: answered.reference }
      : null,
    conversationId,
    attribution,
  },
  octopush: { kind: 'inbound', to: reply.reply_code, ...octopushFacts({ reply, answered, hidden }) },
});

type OptOutFacts = Pick<EventFacts, 'reply' | 'answered' | 'hidden'>;

/** Who wrote STOP, and to which message. A reply the account may not see is left out. */
export const optedOutEvent = (accountId: string, { reply, answered, hidden }: OptOutFacts): NewEvent => ({
  accountId,
  type: 'contact.opted-out',
  replyId: hidden ? null : reply.id,
  campaignId: answered?.campaign_id ?? null,
  data: {
    phone: reply.from_number,
    to: reply.reply_code,
    receivedAt: reply.received_at.toISOString(),
    reply: hidden ? null : { id: reply.id, text: reply.text },
    campaign: campaignOf(answered),
    message: answered ? { id: answered.id, reference: answered.reference } : null,
  },
  octopush: { kind: 'stop', ...octopushFacts({ reply, answered, hidden }) },
});

const octopushFacts = ({ reply, answered, hidden }: OptOutFacts) => ({
  ticket: answered?.campaign_id ?? answered?.id ?? null,
  phone: reply.from_number,
  text: hidden ? '' : reply.text,
  at: reply.received_at,
});
