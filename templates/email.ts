import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { emailWords } from './email-words.ts';
import { dateIn } from './words.ts';

export type ReplyEmail = {
  locale: 'fr' | 'en';
  /** The phone, in E.164 where it could be read so. */
  from: string;
  text: string;
  receivedAt: Date;
  /** IANA name; the account's. */
  timeZone: string;
  campaignName: string | null;
  optOut: boolean;
  partial: boolean;
  /** The conversation on the platform. */
  link: string | null;
  /** Where its reader leaves these mails. */
  unsubscribe: string | null;
  /** Whether an answer to the mail goes out as an SMS. */
  answerable: boolean;
};

/**
 * The mail for one reply. The subject is the same for a whole conversation, so that it threads, and never holds the text.
 * The first call loads the mail library, half a second: only what sends mail calls this.
 */
export async function renderReplyEmail(reply: ReplyEmail): Promise<{ subject: string; html: string; text: string }> {
  const [{ render }, { ReplyReceived }, { createElement }] = await Promise.all([
    import('@react-email/components'),
    import('./email/reply-received.tsx'),
    import('react'),
  ]);
  const words = emailWords[reply.locale];
  const phone = parsePhoneNumberFromString(reply.from)?.formatInternational() ?? reply.from;
  const when = dateIn(reply.locale, reply.timeZone, reply.receivedAt);
  const html = await render(createElement(ReplyReceived, { reply, phone, when }));
  const text = [
    words.title(phone),
    '',
    ...reply.text.split('\n').map((line) => `> ${line}`),
    '',
    `${words.received} ${when}`,
    ...(reply.campaignName === null ? [] : [`${words.campaign} : ${reply.campaignName}`]),
    ...(reply.optOut ? [words.optOut] : []),
    ...(reply.partial ? [words.partial] : []),
    ...(reply.link === null ? [] : ['', `${words.open} : ${reply.link}`]),
    '',
    ...(reply.answerable ? [words.answer] : []),
    words.footer,
    ...(reply.unsubscribe === null ? [] : [`${words.unsubscribe} : ${reply.unsubscribe}`]),
    '',
  ].join('\n');
  return { subject: words.subject(phone), html, text };
}
