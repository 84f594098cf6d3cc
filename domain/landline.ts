import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** French numbers by their first digit: most of what comes, without the library. 09 and 08 are no mobiles either. */
const FRENCH = /^\+33([1-9])\d{8}$/;

/** Whether a number, as E.164, is a fixed line, which gets no SMS. Not where a country's numbers do not tell, as in North America. */
export function isLandline(phone: string): boolean {
  const first = FRENCH.exec(phone)?.[1];
  if (first !== undefined) return first !== '6' && first !== '7';
  return parsePhoneNumberFromString(phone)?.getType() === 'FIXED_LINE';
}
