import { en } from './en/index.ts';
import { fr, type Word } from './fr/index.ts';

export type Locale = 'fr' | 'en';
type Words = Partial<Record<Word, string>>;

/** French sets a space before a high mark and inside its quotes: one at which no line breaks. */
const unbroken = (words: Words): Words =>
  Object.fromEntries(
    Object.entries(words).map(([word, text]) => [
      word,
      text.replaceAll(/ (?=[!?;])/g, '\u202f').replaceAll(/ (?=[:»%€])|(?<=«) /g, '\u00a0'),
    ]),
  );

/** The language of requests to the API. */
export const spokenLocale = (): Locale => spoken;

/** Both come with the page: each alone costs a phone a round trip. */
const FIRST: Record<Locale, () => Words> = { fr: () => unbroken(fr), en: () => en };
/** For pages that say more than the chat does. */
const MORE: Record<Locale, () => Promise<Words>> = {
  fr: async () => unbroken((await import('./fr/more.ts')).moreFr),
  en: async () => (await import('./en/more.ts')).moreEn,
};

let known: Words = {};
let spoken: Locale = 'fr';
let wantsMore = false;
let turn = Promise.resolve();

/** One after the other: the language may change while words are on their way. */
function inTurn(load: () => Promise<void>): Promise<void> {
  const loaded = turn.then(load);
  turn = loaded.catch(() => {});
  return loaded;
}

export const loadWords = (locale: Locale): Promise<void> =>
  inTurn(async () => {
    const others = wantsMore ? await MORE[locale]() : {};
    spoken = locale;
    known = { ...FIRST[locale](), ...others };
  });

/** Before a page is shown that says more than the chat does. */
export const loadMoreWords = (): Promise<void> =>
  inTurn(async () => {
    if (wantsMore) return;
    known = { ...known, ...(await MORE[spoken]()) };
    wantsMore = true;
  });

export const textOf = (word: Word): string => known[word] ?? word;

/** Whether the console has words for it: for names that the API makes up, such as codes. */
export const isWord = (name: string): name is Word => name in known;
