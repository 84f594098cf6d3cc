import type { Notice, NoticeKind } from '../domain/mail/notice.ts';
import { accessWords } from './access-words.ts';
import type { NoticeWords } from './notice-types.ts';
import { noticeWords } from './notice-words.ts';
import { dateIn } from './words.ts';

/** Why the reader gets it: as a member of the account, for their own access, or as an operator. */
const FOOTERS = {
  fr: {
    account: 'Vous recevez ce message parce que vous êtes un contact de ce compte.',
    access: 'Vous recevez ce message parce que vous vous connectez avec cette adresse.',
    operators: 'Vous recevez ce message parce que vous exploitez cette plateforme.',
  },
  en: {
    account: 'You receive this message because you are a contact of this account.',
    access: 'You receive this message because you sign in with this address.',
    operators: 'You receive this message because you operate this platform.',
  },
};

const isOfAccess = (kind: NoticeKind): boolean => kind in accessWords.en;

type Table = { [K in NoticeKind]: NoticeWords<K> };
const wordsOf = <K extends NoticeKind>(table: Table, notice: Notice<K>, date: (iso: string) => string) =>
  table[notice.kind](notice.data, date);

/** The mail for one notice. The first call loads the mail library (half a second). */
export async function renderNotice(
  notice: Notice,
  { accountId, locale, timeZone }: { accountId: string | null; locale: 'fr' | 'en'; timeZone: string },
): Promise<{ subject: string; html: string; text: string }> {
  const [{ render }, { NoticeMail }, { createElement }] = await Promise.all([
    import('@react-email/components'),
    import('./email/notice.tsx'),
    import('react'),
  ]);
  const { subject, lines } = wordsOf(noticeWords[locale], notice, (iso) => dateIn(locale, timeZone, new Date(iso)));
  const footer = FOOTERS[locale][isOfAccess(notice.kind) ? 'access' : accountId === null ? 'operators' : 'account'];
  const html = await render(createElement(NoticeMail, { locale, title: subject, lines, footer }));
  return { subject, html, text: [subject, '', ...lines.flatMap((line) => [line, '']), footer, ''].join('\n') };
}
