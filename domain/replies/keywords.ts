/** What a whole reply asks for. `looks-like-stop` is for a person to read: nothing is done by itself. */
export type KeywordKind = 'stop' | 'start' | 'contact' | 'looks-like-stop' | 'none';
export type Keyword = { kind: KeywordKind; word?: string };

const STOP = new Set(['stop', 'arret', 'desabo', 'unsubscribe', 'stopall', 'cancel', 'end', 'quit']);
const START = new Set(['start', 'reprendre']);
const CONTACT = new Set(['contact']);

/** So few words after STOP make a short message, whatever they are: "STOP Boulangerie". */
const SHORT = 1;
/** Words that may follow STOP in any number: politeness, and what is to stop. */
const HARMLESS = new Set(
  `stop svp stp merci s il vous te plait please pls thanks thank you
   pub pubs publicite publicites promo promos marketing spam spams sms texto textos mail mails message messages mms envoi envois
   all now tout toute tous toutes maintenant immediatement definitivement definitif au a aux la le les l d de des du ce ces cet
   cette vos mes me moi to the these your sending texting texts text`.split(/\s+/),
);
const MOST_HARMLESS = 8;
/** Beginnings that a person should see: a word on its way to STOP, or to another of its kind. */
const NEARLY = /^(?:stop|arret|desabo|desinscri|unsub|optout)/;

/** Words without case, accents, punctuation and what can't be seen. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** "S.T.O.P" and "S T O P" are one word. */
const joined = (words: string[]): string[] =>
  words.length > 1 && words.every((word) => /^\p{L}$/u.test(word)) ? [words.join('')] : words;

/**
 * Reads a reply's text: a keyword counts as the whole message, STOP also as the first word of a short one ("STOP svp", "stop
 * pub 36200", "STOP Boulangerie") and alone on the first line, above a signature. "stop being sad" looks like one and is left
 * to a person.
 */
export function readKeyword(text: string): Keyword {
  const [first, ...rest] = joined(wordsOf(text));
  if (first === undefined) return { kind: 'none' };
  if (rest.length === 0) {
    if (STOP.has(first)) return { kind: 'stop', word: first };
    if (START.has(first)) return { kind: 'start', word: first };
    if (CONTACT.has(first)) return { kind: 'contact', word: first };
  }
  // "STOP36200": as the mention under a French campaign reads, without its blanks.
  if (first === 'stop' || /^stop\d+$/.test(first)) {
    if (isShort(rest) || isAlone(text)) return { kind: 'stop', word: 'stop' };
  }
  return NEARLY.test(first) || (rest.length > 0 && rest.length <= 3 && rest.includes('stop'))
    ? { kind: 'looks-like-stop', word: first }
    : { kind: 'none' };
}

const isShort = (rest: string[]): boolean =>
  rest.length <= SHORT || (rest.length <= MOST_HARMLESS && rest.every((word) => HARMLESS.has(word) || /^\d+$/.test(word)));

const isAlone = (text: string): boolean => {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  return wordsOf(line).join('') === 'stop';
};
