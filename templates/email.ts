import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CardShape, PageShape } from './email-shapes.ts';
import { emailWords } from './email-words.ts';
import { escapeHtml, fillable, slot } from './fill.ts';
import { dateIn } from './words.ts';

export type ReplyEmail = {
  locale: 'fr' | 'en';
  /** In E.164 where possible. */
  from: string;
  /** The account's, by IANA name. */
  timeZone: string;
  /** At least one, of one conversation, in order. */
  replies: MailedReply[];
  link: string | null;
  unsubscribe: string | null;
  answerable: boolean;
};
export type MailedReply = { text: string; receivedAt: Date; campaignName: string | null; optOut: boolean; partial: boolean };

type Fill = (values: Record<string, string>) => string;

// Cached by shape: rendering takes a hundred times as long as filling in.
const filled = new Map<string, Promise<Fill>>();

function once(key: string, make: () => Promise<string>): Promise<Fill> {
  const known = filled.get(key);
  if (known) return known;
  const made = make().then(fillable);
  filled.set(key, made);
  made.catch(() => filled.delete(key));
  return made;
}

/** Loads the mail library (half a second) only where mail is sent. */
const load = () =>
  Promise.all([import('@react-email/components'), import('./email/reply-received.tsx'), import('react')]).then(
    ([{ render }, components, { createElement }]) => ({ render, createElement, ...components }),
  );

const page = (shape: PageShape): Promise<Fill> =>
  once(`page ${JSON.stringify(shape)}`, async () => {
    const { render, createElement, RepliesPage } = await load();
    return render(
      createElement(
        RepliesPage,
        { shape, title: slot('title'), link: slot('link'), unsubscribe: slot('unsubscribe') },
        slot('replies'),
      ),
    );
  });

const card = (shape: CardShape): Promise<Fill> =>
  once(`card ${JSON.stringify(shape)}`, async () => {
    const { render, createElement, ReplyCard } = await load();
    const html = await render(
      createElement(ReplyCard, { shape, text: slot('text'), when: slot('when'), campaign: slot('campaign') }),
    );
    return html.replace(/^<!DOCTYPE[^>]*>/, '');
  });

/** The mail for one or more replies of a conversation. Its subject stays the same, for threading, and never holds the text. */
export async function renderReplyEmail(mail: ReplyEmail): Promise<{ subject: string; html: string; text: string }> {
  const { locale, link, unsubscribe, answerable } = mail;
  const words = emailWords[locale];
  const phone = parsePhoneNumberFromString(mail.from)?.formatInternational() ?? mail.from;
  const title = words.title(phone, mail.replies.length);
  const replies = mail.replies.map((reply) => ({ ...reply, when: dateIn(locale, mail.timeZone, reply.receivedAt) }));

  const cards: string[] = [];
  for (const { text, when, campaignName, optOut, partial } of replies) {
    const fill = await card({ locale, campaign: campaignName !== null, optOut, partial });
    cards.push(fill({ text: escapeHtml(text), when: escapeHtml(when), campaign: escapeHtml(campaignName ?? '') }));
  }
  const fill = await page({ locale, linked: link !== null, leavable: unsubscribe !== null, answerable });
  const html = fill({
    title: escapeHtml(title),
    replies: cards.join(''),
    link: escapeHtml(link ?? ''),
    unsubscribe: escapeHtml(unsubscribe ?? ''),
  });

  const lines = [
    title,
    '',
    ...replies.flatMap(({ text, when, campaignName, optOut, partial }) => [
      ...text.split('\n').map((line) => `> ${line}`),
      '',
      `${words.received} ${when}`,
      ...(campaignName === null ? [] : [`${words.campaign} : ${campaignName}`]),
      ...(optOut ? [words.optOut] : []),
      ...(partial ? [words.partial] : []),
      '',
    ]),
    ...(link === null ? [] : [`${words.open} : ${link}`, '']),
    ...(answerable ? [words.answer] : []),
    words.footer,
    ...(unsubscribe === null ? [] : [`${words.unsubscribe} : ${unsubscribe}`]),
    '',
  ];
  return { subject: words.subject(phone), html, text: lines.join('\n') };
}
