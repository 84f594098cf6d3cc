import type { Filed } from './filed-reply.ts';

/** The body of `reply.received`, frozen: every attempt at every endpoint posts these bytes. */
export function replyReceived(
  eventId: string,
  { reply, answered, attribution, keyword, optOut, conversationId, sequence }: Filed,
): string {
  return JSON.stringify({
    id: eventId,
    type: 'reply.received',
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
      campaign: answered?.campaign_id ? { id: answered.campaign_id, name: answered.campaign_name, requestId: null } : null,
      message: answered
        ? { id: answered.id, text: answered.text, sentAt: answered.submitted_at.toISOString(), reference: answered.reference }
        : null,
      conversationId,
      attribution,
    },
  });
}

/** The body of `contact.opted-out`: who wrote STOP, and to what. */
export function contactOptedOut(eventId: string, { reply, answered, hidden }: Filed): string {
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
      campaign: answered?.campaign_id ? { id: answered.campaign_id, name: answered.campaign_name } : null,
      message: answered ? { id: answered.id, reference: answered.reference } : null,
    },
  });
}

/** What Octopush's forms of both tell. */
export const octopushFacts = ({ reply, answered, hidden }: Filed) => ({
  ticket: answered?.campaign_id ?? null,
  phone: reply.from_number,
  text: hidden ? '' : reply.text,
  at: reply.received_at,
});
