/** Reasons of automatic messages. */
export type Automatic = 'stop-confirmation' | 'contact' | 'answer' | 'out-of-hours';

/** So many automatic answers a phone gets from one account within an hour. */
export const MOST_ANSWERS_AN_HOUR = 3;

/** Short codes and sender names are machines: two machines that answer each other never stop. */
export const isMachine = (from: string): boolean => !/^\+\d{7,15}$/.test(from);

/** The confirmation of a STOP where the account has no words of its own. Both are GSM-7 and one segment. */
export const STOP_TEXTS = {
  fr: 'Vous ne recevrez plus de SMS de notre part. Pour en recevoir à nouveau, répondez REPRENDRE.',
  en: 'You will receive no more texts from us. To receive them again, reply START.',
} as const;

/**
 * Which of the wishes for one phone are granted, in their order: none to a machine, and no more than the hour still allows.
 * `already` counts what was answered within the hour.
 */
export const grant = <T>(phone: string, wishes: readonly T[], already: number): T[] =>
  isMachine(phone) ? [] : wishes.slice(0, Math.max(0, MOST_ANSWERS_AN_HOUR - already));
