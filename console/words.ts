import type { Word } from './text-fr.ts';

export type Locale = 'fr' | 'en';
export type Words = Record<Word, string>;

/** The one that is spoken is loaded, and no other. */
const dictionaries: Record<Locale, () => Promise<Words>> = {
  fr: async () => (await import('./text-fr.ts')).fr,
  en: async () => (await import('./text-en.ts')).en,
};

let known: Words | null = null;

export async function loadWords(locale: Locale): Promise<Words> {
  known = await dictionaries[locale]();
  return known;
}

/** Whether the console has words for it: for names that the API makes up, such as codes. */
export const isWord = (name: string): name is Word => known !== null && name in known;
