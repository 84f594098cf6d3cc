import type { NoticeData, NoticeKind } from '../domain/mail/notice.ts';

/** The words of one kind of notice: its subject is its title too. `date` writes a time in the reader's language and time zone. */
export type NoticeWords<K extends NoticeKind> = (
  data: NoticeData[K],
  date: (iso: string) => string,
) => { subject: string; lines: string[] };
