import { readKeyword } from '../../domain/replies/keywords.ts';
import type { NewEvent } from '../../database/callbacks/emit-events.ts';
import type { Filed, Unfiled } from './filing-types.ts';

type EventFacts = Pick<Filed, 'answered' | 'attribution' | 'keyword' | 'optOut' | 'conversationId' | 'sequence'> & {
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

export const replyReceived = (eventId: string, filed: Filed): string => replyBody('reply.received', eventId, filed);

/** A reply event's frozen body: every attempt at every endpoint posts these bytes. */
export function replyBody(
  type: 'reply.received' | 'reply.completed',
  eventId: string,
  { reply, answered, attribution, keyword, optOut, conversationId, sequence }: EventFacts,
): string {
  return JSON.stringify({
    id: eventId,
    type,
    timestamp: new Date().toISOString(),
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
  });
}

type OptOutFacts = Pick<EventFacts, 'reply' | 'answered'> & { hidden: boolean };

/** Who wrote STOP, and to which message. A reply the account may not see is left out. */
export const optedOutEvent = (accountId: string, facts: OptOutFacts): NewEvent => ({
  accountId,
  type: 'contact.opted-out',
  replyId: facts.hidden ? null : facts.reply.id,
  emails: false,
  campaignId: facts.answered?.campaign_id ?? null,
  body: (eventId) => contactOptedOut(eventId, facts),
  octopush: { kind: 'stop', ...octopushFacts(facts) },
});

const contactOptedOut = (eventId: string, { reply, answered, hidden }: OptOutFacts): string =>
  JSON.stringify({
    id: eventId,
    type: 'contact.opted-out',
    timestamp: new Date().toISOString(),
    data: {
      phone: reply.from_number,
      to: reply.reply_code,
      receivedAt: reply.received_at.toISOString(),
      reply: hidden ? null : { id: reply.id, text: reply.text },
      campaign: campaignOf(answered),
      message: answered ? { id: answered.id, reference: answered.reference } : null,
    },
  });

/** Facts for Octopush's form of both events. */
export const octopushFacts = ({ reply, answered, hidden }: OptOutFacts) => ({
  ticket: answered?.campaign_id ?? answered?.id ?? null,
  phone: reply.from_number,
  text: hidden ? '' : reply.text,
  at: reply.received_at,
});
