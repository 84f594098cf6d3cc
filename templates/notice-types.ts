import type { NoticeData, NoticeKind } from '../domain/mail/notice.ts';

/** Subject (the title too) and lines of a notice. `date`: a time in the reader's language and zone. */
export type NoticeWords<K extends NoticeKind> = (
  data: NoticeData[K],
  date: (iso: string) => string,
) => { subject: string; lines: string[] };
