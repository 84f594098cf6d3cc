import type { Word } from './fr/index.ts';

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

/** The one that is spoken is loaded, and no other; what other pages than the chat say when one of them is opened. */
const dictionaries: Record<Locale, { first: () => Promise<Words>; more: () => Promise<Words> }> = {
  fr: {
    first: async () => unbroken((await import('./fr/index.ts')).fr),
    more: async () => unbroken((await import('./fr/more.ts')).moreFr),
  },
  en: {
    first: async () => (await import('./en/index.ts')).en,
    more: async () => (await import('./en/more.ts')).moreEn,
  },
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
    const { first, more } = dictionaries[locale];
    const [some, others] = await Promise.all([first(), wantsMore ? more() : {}]);
    spoken = locale;
    known = { ...some, ...others };
  });

/** Before a page is shown that says more than the chat does. */
export const loadMoreWords = (): Promise<void> =>
  inTurn(async () => {
    if (wantsMore) return;
    known = { ...known, ...(await dictionaries[spoken].more()) };
    wantsMore = true;
  });

export const textOf = (word: Word): string => known[word] ?? word;

/** Whether the console has words for it: for names that the API makes up, such as codes. */
export const isWord = (name: string): name is Word => name in known;
