export type Automatic = 'stop-confirmation' | 'contact' | 'answer' | 'out-of-hours';

/** Automatic answers per phone and account. */
export const MOST_ANSWERS_AN_HOUR = 3;

/** Short codes and sender names are machines; two that answer each other never stop. */
export const isMachine = (from: string): boolean => !/^\+\d{7,15}$/.test(from);

/** Default confirmations of STOP: GSM-7, one segment. */
export const STOP_TEXTS = {
  fr: 'Vous ne recevrez plus de SMS de notre part. Pour en recevoir à nouveau, répondez REPRENDRE.',
  en: 'You will receive no more texts from us. To receive them again, reply START.',
} as const;

/** The wishes granted, in order: none to machines, and within the hourly limit. `already`: answers in the last hour. */
export const grant = <T>(phone: string, wishes: readonly T[], already: number): T[] =>
  isMachine(phone) ? [] : wishes.slice(0, Math.max(0, MOST_ANSWERS_AN_HOUR - already));
