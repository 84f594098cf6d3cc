/** Column names for phone numbers, folded, likeliest first. */
const NAMES = `to phone phonenumber telephone tel mobile mobilenumber mobilephone portable numero numerodetelephone number
  telephoneportable telephonemobile numerodemobile numerodeportable numeroportable numtel cell cellphone gsm msisdn`.split(/\s+/);

const folded = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

export function phoneColumnOf(columns: readonly string[]): string | undefined {
  for (const name of NAMES) {
    const found = columns.find((column) => folded(column) === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
