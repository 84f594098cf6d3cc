/** French numbers in pairs; others unchanged. */
export const phoneText = (e164: string): string => {
  const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(e164);
  return french ? `+33\u00a0${french.slice(1).join('\u00a0')}` : e164;
};

/** Name, or else the number. */
export const nameOf = ({
  phone,
  firstName,
  lastName,
}: {
  phone: string;
  firstName: string | null;
  lastName: string | null;
}): string => [firstName, lastName].filter((part) => part !== null && part !== '').join(' ') || phoneText(phone);
