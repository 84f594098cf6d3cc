import { normalisePhone } from './phone-number.ts';

export const masked = (phone: string): string => phone.slice(0, -2).replaceAll(/\d/g, '•') + phone.slice(-2);

/** Digits with usual separators. */
const RUN = /(?:\+|\b)\d(?:[\s\u00A0\u202F.()\-/]{0,2}\d){7,15}(?!\d)/g;
const lastNine = (text: string): string => text.replaceAll(/\D/g, '').slice(-9);

/** Otherwise it is another kind of number, which some country could read as its own. */
const reads = (run: string, country: string): boolean => /^[+0]/.test(run) && 'e164' in normalisePhone(run, country);

/** Masks `phone` in any form, and other numbers of `country`. */
export const maskNumbers = (text: string, phone: string, country: string): string =>
  text.replaceAll(RUN, (run) => (lastNine(run) === lastNine(phone) || reads(run, country) ? masked(run) : run));
