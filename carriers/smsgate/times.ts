import { timeOf as timeIn } from '../http/webhook.ts';

/** A time of the phone's; null without an offset, unless the phone's zone is known: it would be the time of any. */
export const timeOf = (text: string | null | undefined, timeZone: string | undefined): Date | null =>
  !text || (timeZone === undefined && !/(Z|[+-]\d\d:?\d\d)$/.test(text)) ? null : timeIn(text, timeZone ?? 'UTC');
