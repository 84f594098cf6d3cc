import { en } from './en/index.ts';
import { fr, type Word } from './fr/index.ts';

export type Locale = 'fr' | 'en';
type Words = Partial<Record<Word, string>>;

/** Non-breaking spaces before French punctuation and inside quotes. */
const unbroken = (words: Words): Words =>
  Object.fromEntries(
    Object.entries(words).map(([word, text]) => [
      word,
      text.replaceAll(/ (?=[!?;])/g, '\u202f').replaceAll(/ (?=[:»%€])|(?<=«) /g, '\u00a0'),
    ]),
  );

export const spokenLocale = (): Locale => spoken;

/** Bundled: a file each would cost a round trip. */
const FIRST: Record<Locale, () => Words> = { fr: () => unbroken(fr), en: () => en };
/** Words of pages other than the chat. */
const MORE: Record<Locale, () => Promise<Words>> = {
  fr: async () => unbroken((await import('./fr/more.ts')).moreFr),
  en: async () => (await import('./en/more.ts')).moreEn,
};

let known: Words = {};
let spoken: Locale = 'fr';
let wantsMore = false;
let turn = Promise.resolve();

/** In sequence: the language may change while words load. */
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

export const loadMoreWords = (): Promise<void> =>
  inTurn(async () => {
    if (wantsMore) return;
    known = { ...known, ...(await MORE[spoken]()) };
    wantsMore = true;
  });

export const textOf = (word: Word): string => known[word] ?? word;

/** For names made by the API, such as error codes. */
export const isWord = (name: string): name is Word => name in known;
