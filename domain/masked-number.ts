import { normalisePhone } from './phone-number.ts';

/** A number as who may not see numbers sees it. */
export const masked = (phone: string): string => phone.slice(0, -2).replaceAll(/\d/g, '•') + phone.slice(-2);

/** Digits as a number is written in a text, with what people set between them. */
const RUN = /(?:\+|\b)\d(?:[\s\u00A0\u202F.()\-/]{0,2}\d){7,15}(?!\d)/g;
const lastNine = (text: string): string => text.replaceAll(/\D/g, '').slice(-9);

/** Without either it is a number of something else, which some country or other could read as its own. */
const reads = (run: string, country: string): boolean => /^[+0]/.test(run) && 'e164' in normalisePhone(run, country);

/** A text for who may not see numbers: `phone`, however it is written, and whatever else reads as a number in `country`, is masked. */
export const maskNumbers = (text: string, phone: string, country: string): string =>
  text.replaceAll(RUN, (run) => (lastNine(run) === lastNine(phone) || reads(run, country) ? masked(run) : run));
