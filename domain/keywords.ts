/** What a whole reply asks for. `looks-like-stop` is for a person to read: nothing is done by itself. */
export type Keyword = { kind: 'stop' | 'start' | 'contact' | 'looks-like-stop' | 'none'; word?: string };

const STOP = new Set(['stop', 'arret', 'desabo', 'unsubscribe', 'stopall', 'cancel', 'end', 'quit']);
const START = new Set(['start', 'reprendre']);
const CONTACT = new Set(['contact']);
/** What may follow STOP in a short message without changing its meaning. */
const AFTER_STOP = new Set([
  'svp',
  'stp',
  'merci',
  'please',
  'pub',
  'pubs',
  'sms',
  'publicite',
  'now',
  'all',
  'thanks',
  'au',
  'tout',
  'maintenant',
  'messages',
  'message',
]);
const MOST_WORDS_AFTER_STOP = 3;

/** Words without case, accents and punctuation. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/**
 * Reads a reply's text: a keyword counts as the whole message, or STOP as the first word of a short one ("STOP svp", "stop
 * pub 36200"). "stop being sad" looks like one and is left to a person.
 */
export function readKeyword(text: string): Keyword {
  const [first, ...rest] = wordsOf(text);
  if (first === undefined) return { kind: 'none' };
  if (rest.length === 0) {
    if (STOP.has(first)) return { kind: 'stop', word: first };
    if (START.has(first)) return { kind: 'start', word: first };
    if (CONTACT.has(first)) return { kind: 'contact', word: first };
    return { kind: 'none' };
  }
  if (first !== 'stop') return { kind: 'none' };
  const short = rest.length <= MOST_WORDS_AFTER_STOP && rest.every((word) => AFTER_STOP.has(word) || /^\d+$/.test(word));
  return short ? { kind: 'stop', word: first } : { kind: 'looks-like-stop', word: first };
}
