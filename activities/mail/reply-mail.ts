import { z } from 'zod';
import type { MailTokens } from '../../database/mail/mail-tokens.ts';
import { renderReplyEmail } from '../../templates/email.ts';
import type { ClaimedEmail } from './claim-deliveries.ts';
import { answerAddress, bounceAddress } from './mail-addresses.ts';
import type { Mail } from './mailer.ts';

type Deps = {
  domain: string;
  publicUrl: string | null;
  /** Domain that receives answers and bounces; null if none. */
  inboundDomain: string | null;
  tokens: MailTokens;
};

/** Never `All`, which would also suppress bounces. */
export const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' };

/** The event fields a mail shows. */
const ReplyEvent = z.object({
  data: z.object({
    reply: z.object({
      from: z.string(),
      text: z.string(),
      receivedAt: z.iso.datetime(),
      optOut: z.boolean(),
      partial: z.boolean(),
    }),
    campaign: z.object({ name: z.string() }).nullable(),
    conversationId: z.string(),
  }),
});

/** The same mail on every attempt. */
export const createReplyMail =
  ({ domain, publicUrl, inboundDomain, tokens }: Deps) =>
  async ({ id, emailId, address, locale, timeZone, bodies }: ClaimedEmail): Promise<Mail> => {
    const replies = bodies.map((body) => ReplyEvent.parse(JSON.parse(body)).data);
    const [data] = replies;
    if (!data) throw new Error('A mail carries no reply');
    const unsubscribe = publicUrl && `${publicUrl}/unsubscribe/${tokens.write('unsubscribe', emailId, null)}`;
    const rendered = await renderReplyEmail({
      locale,
      from: data.reply.from,
      timeZone,
      replies: replies.map(({ reply, campaign }) => ({
        text: reply.text,
        receivedAt: new Date(reply.receivedAt),
        campaignName: campaign?.name ?? null,
        optOut: reply.optOut,
        partial: reply.partial,
      })),
      link: publicUrl && `${publicUrl}/chat/${data.conversationId}`,
      unsubscribe,
      answerable: inboundDomain !== null,
    });
    // One virtual root threads the conversation; a stored Message-ID on every attempt exposes duplicates.
    const root = `<conversation-${data.conversationId}@${domain}>`;
    return {
      ...rendered,
      to: address,
      messageId: `<${id}@${domain}>`,
      replyTo: inboundDomain && answerAddress(tokens, data.conversationId, inboundDomain),
      returnPath: inboundDomain && bounceAddress(tokens, 'b', id, inboundDomain),
      headers: {
        'In-Reply-To': root,
        References: root,
        ...AUTOMATIC,
        ...(unsubscribe === null
          ? {}
          : { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
      },
    };
  };
