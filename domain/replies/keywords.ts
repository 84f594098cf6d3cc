/** `looks-like-stop` is for a person to read; nothing is done. */
export type KeywordKind = 'stop' | 'start' | 'contact' | 'looks-like-stop' | 'none';
export type Keyword = { kind: KeywordKind; word?: string };

/** As the whole message. */
const STOP = new Set(
  `stop arret desabo desabonner desabonnement desinscrire desinscription resilier neplusrecevoir unsubscribe stopall cancel end
   quit`.split(/\s+/),
);
/** Typing slips of STOP: swapped letters, neighbouring keys. `HELD` covers repeated letters. */
const SLIPS = new Set(
  `stpo sotp tsop dtop ztop qtop wtop xtop srop syop sgop sfop stip stpp stlp st0p stoo stol stom sto0`.split(/\s+/),
);
const HELD = /^s+t+o+p+$/;
/** The front steps of a house. */
const STOOP = 'stoop';
const START = new Set(['start', 'reprendre']);
const CONTACT = new Set(['contact']);

/** Words after STOP that still make a short message: "STOP Boulangerie". */
const SHORT = 1;
/** May follow STOP in any number. */
const HARMLESS = new Set(
  `stop svp stp merci s il vous te plait please pls thanks thank you
   pub pubs publicite publicites promo promos marketing spam spams sms texto textos mail mails message messages mms envoi envois
   all now tout toute tous toutes maintenant immediatement definitivement definitif au a aux la le les l d de des du ce ces cet
   cette vos mes me moi to the these your sending texting texts text`.split(/\s+/),
);
const MOST_HARMLESS = 8;
/**
 * Shown to a person wherever they stand. `cancel`, `end` and `quit` usually concern an order or an afternoon, unless they concern
 * messages.
 */
const MAYBE = [
  /\b(?:st[o0]p(?:p|s|pe[rsz]?)?|s+t+o{3,}p+|(?<!\bs |\bai )arrete[rsz]?|cesse[rz]|cease)\b/,
  /\b(?:d[es]{0,2}abon|des?insc|desinc|unsub|unsus|unenrol|resili|rgpd|gdpr|cnil|harcel|harass)/,
  /^(?:.*\b(?:arret|spam)\b.{0,12}|fin|basta|assez|marre|enough|opt ?out|optout|spam .*|remov\w*|(?:pls|please) remov\w*)$/,
  /\bopt(?:ed)? ?out (?:pl|of (?:this|these|your|all|text|messag))/,
  /\b(?:plus?|jamais)\b.{0,24}\b(?:recev|reco|ecri|contact|envoi|envoy|sollicit|messag|msg|mess|sms|texto|pub|promo|offre|newsletter|rien)/,
  /\b(?:plus rien|rien recevoir|(?:contact|envoy|ecri|sollicit)\w* (?:\w+ )?(?:plus|jamais))\b/,
  /\b(?:no more|don ?t|do not|never|not want|without|no need|quit|end|cancel|annule[rz]?)\b.{0,24}\b(?:text|messag|msg|sms|contact|email|promo|offer|coupon|spam|call|abonnement)/,
  /^(?:no more|not interested|no thanks? no more)\b/,
  /\b(?:remove|removed|delete|take|erase|retire[rz]?|supprime[rz]?|suprime[rz]?|enleve[rz]?|efface[rz]?|raye[rz]?|vire[rz]?|sorte[rz]|sortir|oublie[rz]?|lose)\b.{0,12}\b(?:me|moi|m|my|mon|mes|le|it|off|list\w*|contacts?|fichiers?|base|us)\b/,
  /\b(?:be removed|get me off|revoke|blackliste[rz]?|(?:me|l) (?:retirer|supprimer|enlever|effacer|rayer|radier))\b/,
  /\b(?:leave me alone|(?:laisse[rz]?|fiche[rz]?|foute[rz]|foutre|lache[rz]?) (?:moi|nous)|la paix|ras le bol|ca suffit|y en a marre|fed up|sick of)\b/,
  /\b(?:wrong number|wrong person|mauvais numero|mauvaise personne|erreur de numero|pas le bon numero)\b/,
];
/** Stop signs without words. */
const HAND = /^[\s🛑✋⛔🚫]+$/u;

/** Folded words without punctuation and invisible characters. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** A reply's first word for statistics, folded; "J'AI" and "EST-CE" are one word. Null for punctuation. */
export const countedWord = (word: string): string | null =>
  word
    .toLowerCase()
    .replaceAll(/(\p{L})\1{2,}/gu, '$1')
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .replaceAll('’', "'")
    .replaceAll(/[^\p{L}\p{N}'-]/gu, '')
    .replaceAll(/^['-]+|['-]+$/g, '')
    .toUpperCase() || null;

const isStop = (word: string): boolean => STOP.has(word) || SLIPS.has(word) || (HELD.test(word) && word !== STOOP);

/**
 * Reads the keyword of a reply. It must be the whole message ("S.T.O.P" and "sto p" are one word); STOP also counts as the first
 * word of a short message ("STOP svp", "stop pub 36200") and alone on the first line, above a signature. Sentences are left to a
 * person.
 */
export function readKeyword(text: string): Keyword {
  const words = wordsOf(text);
  const [first, ...rest] = words;
  if (first === undefined) return HAND.test(text) && text.trim() !== '' ? { kind: 'looks-like-stop' } : { kind: 'none' };
  const whole = words.join('');
  if (isStop(whole)) return { kind: 'stop', word: whole };
  if (rest.length === 0) {
    if (START.has(first)) return { kind: 'start', word: first };
    if (CONTACT.has(first)) return { kind: 'contact', word: first };
  }
  // "STOP36200", from the mention in French campaigns.
  if (first === 'stop' || /^stop\d+$/.test(first)) {
    if (isShort(rest) || isAlone(text)) return { kind: 'stop', word: 'stop' };
  }
  const folded = words.join(' ');
  return MAYBE.some((way) => way.test(folded)) ? { kind: 'looks-like-stop', word: first } : { kind: 'none' };
}

const isShort = (rest: string[]): boolean =>
  rest.length <= SHORT || (rest.length <= MOST_HARMLESS && rest.every((word) => HARMLESS.has(word) || /^\d+$/.test(word)));

const isAlone = (text: string): boolean => {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  return wordsOf(line).join('') === 'stop';
};
