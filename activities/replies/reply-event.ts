import type { Filed, Unfiled } from './filing-types.ts';

/** A reply as its events show it. */
type EventFacts = Pick<Filed, 'answered' | 'attribution' | 'keyword' | 'optOut' | 'conversationId' | 'sequence'> & {
  reply: Pick<Unfiled, 'id' | 'from_number' | 'reply_code' | 'text' | 'received_at' | 'partial'>;
};

/** The campaign that an event is about. */
export const campaignOf = (
  of: { campaign_id: string | null; campaign_name: string | null; request_id: string | null } | null,
): { id: string; name: string | null; requestId: string | null } | null =>
  of?.campaign_id ? { id: of.campaign_id, name: of.campaign_name, requestId: of.request_id } : null;

export const replyReceived = (eventId: string, filed: Filed): string => replyBody('reply.received', eventId, filed);

/** The body of an event about a reply, frozen: every attempt at every endpoint posts these bytes. */
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

/** The body of `contact.opted-out`: who wrote STOP, and to what. */
export function contactOptedOut(
  eventId: string,
  { reply, answered, hidden }: Pick<EventFacts, 'reply' | 'answered'> & { hidden: boolean },
): string {
  return JSON.stringify({
    id: eventId,
    type: 'contact.opted-out',
    timestamp: new Date().toISOString(),
    data: {
      phone: reply.from_number,
      to: reply.reply_code,
      receivedAt: reply.received_at.toISOString(),
      // A reply that the account is not shown is not named either.
      reply: hidden ? null : { id: reply.id, text: reply.text },
      campaign: campaignOf(answered),
      message: answered ? { id: answered.id, reference: answered.reference } : null,
    },
  });
}

/** The facts that Octopush's forms of both need. */
export const octopushFacts = ({ reply, answered, hidden }: Pick<EventFacts, 'reply' | 'answered'> & { hidden: boolean }) => ({
  ticket: answered?.campaign_id ?? answered?.id ?? null,
  phone: reply.from_number,
  text: hidden ? '' : reply.text,
  at: reply.received_at,
});
