import { timeOf as timeIn } from '../http/webhook.ts';

/** A phone's time; null without offset or known zone. */
export const timeOf = (text: string | null | undefined, timeZone: string | undefined): Date | null =>
  !text || (timeZone === undefined && !/(Z|[+-]\d\d:?\d\d)$/.test(text)) ? null : timeIn(text, timeZone ?? 'UTC');
