import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** French numbers without the library, for speed. 09 and 08 are not mobiles either. */
const FRENCH = /^\+33([1-9])\d{8}$/;

/** Whether an E.164 number is a fixed line, which gets no SMS. False where numbers do not tell, as in North America. */
export function isLandline(phone: string): boolean {
  const first = FRENCH.exec(phone)?.[1];
  if (first !== undefined) return first !== '6' && first !== '7';
  return parsePhoneNumberFromString(phone)?.getType() === 'FIXED_LINE';
}
