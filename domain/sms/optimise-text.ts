/** Look-alikes in GSM-7. Accents that GSM-7 has (é è à ù) stay. */
const PLAIN: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '« ': '"',
  ' »': '"',
  '«': '"',
  '»': '"',
  '…': '...',
  '–': '-',
  '—': '-',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2009': ' ',
  œ: 'oe',
  Œ: 'OE',
  â: 'a',
  ê: 'e',
  ë: 'e',
  î: 'i',
  ï: 'i',
  ô: 'o',
  û: 'u',
  ç: 'c',
  À: 'A',
  Â: 'A',
  È: 'E',
  Ê: 'E',
  Ë: 'E',
  Î: 'I',
  Ï: 'I',
  Ô: 'O',
  Û: 'U',
  Ù: 'U',
};
const FOUND = new RegExp(Object.keys(PLAIN).join('|'), 'g');

export const optimiseText = (text: string): string => text.replace(FOUND, (character) => PLAIN[character] ?? character);

/** Each change once, with its count. */
export function changesOf(text: string): { from: string; to: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const [character] of text.matchAll(FOUND)) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts].map(([from, count]) => ({ from, to: PLAIN[from] ?? from, count }));
}
