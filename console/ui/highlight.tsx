export const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
/** Letters of context before a hit. */
const BEFORE = 24;

/** Range of the first hit, ignoring accents and case. */
function hitIn(text: string, search: string): [from: number, to: number] | null {
  const words = plain(search.trim())
    .split(/\s+/)
    .filter((word) => word.length > 1);
  // Letter by letter, so that positions stay the same.
  const letters = Array.from(text, (letter) => plain(letter).slice(0, letter.length) || letter).join('');
  const found = [plain(search.trim()), ...words].find((word) => word.length > 1 && letters.includes(word));
  if (found === undefined || letters.length !== text.length) return null;
  const from = letters.indexOf(found);
  return [from, from + found.length];
}

/** A text with the hit marked; `cut`: starts near the hit. */
export function Hit({ text, search, cut = false }: { text: string; search: string; cut?: boolean }) {
  const hit = search.trim().length < 2 ? null : hitIn(text, search);
  if (!hit) return text;
  const [from, to] = hit;
  const begin = cut && from > BEFORE ? from - BEFORE : 0;
  return (
    <>
      {begin > 0 ? '…' : ''}
      {text.slice(begin, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}
