import { faults as faultsEn } from './en/faults.ts';
import { sentences as sentencesEn } from './en/sentences.ts';
import { titles as titlesEn } from './en/titles.ts';
import { faults as faultsFr } from './fr/faults.ts';
import { sentences as sentencesFr } from './fr/sentences.ts';
import { titles as titlesFr } from './fr/titles.ts';
import type { FactsOf, Facts, Value } from './facts.ts';

export type { Facts } from './facts.ts';

export type Language = 'en' | 'fr';

/** Codes of refusals. Public: never renamed. */
export type ErrorCode = keyof typeof titlesEn;
/** Codes of faults. Public: never renamed. */
export type FaultCode = keyof typeof faultsEn;
export type SentenceKey = keyof typeof sentencesEn;

/** A sentence as data, worded once the reader's language is known. */
export type Said = { say: SentenceKey; facts?: Facts };
export type Flaw = { code: FaultCode; facts?: Facts };
/** `row` counts from 1. */
export type Fault = Flaw & { field: string; row?: number };

export const said = <K extends SentenceKey>(say: K, ...facts: FactsOf<(typeof sentencesEn)[K]>): Said => ({
  say,
  ...(facts[0] === undefined ? {} : { facts: facts[0] }),
});
export const flaw = <K extends FaultCode>(code: K, ...facts: FactsOf<(typeof faultsEn)[K][number]>): Flaw => ({
  code,
  ...(facts[0] === undefined ? {} : { facts: facts[0] }),
});
export const fault = <K extends FaultCode>(field: string, code: K, ...facts: FactsOf<(typeof faultsEn)[K][number]>): Fault => ({
  field,
  ...flaw(code, ...facts),
});

/** A fault code as a schema's message; api/http/invalid.ts reads it. */
export const because = (code: FaultCode): string => code;
export const isFaultCode = (name: string): name is FaultCode => name in faultsEn;

type Titles = Record<ErrorCode, readonly [title: string, sentence: string, remedy: string]>;
type Catalogue = {
  titles: Titles;
  faults: Record<FaultCode, readonly [problem: string, remedy: string]>;
  sentences: Record<SentenceKey, string>;
};
export const CATALOGUES: Record<Language, Catalogue> = {
  en: { titles: titlesEn, faults: faultsEn, sentences: sentencesEn },
  fr: { titles: titlesFr, faults: faultsFr, sentences: sentencesFr },
};

const PLURALS = { en: new Intl.PluralRules('en'), fr: new Intl.PluralRules('fr') };
const NUMBERS = { en: new Intl.NumberFormat('en'), fr: new Intl.NumberFormat('fr') };
const LISTS = {
  en: new Intl.ListFormat('en', { type: 'disjunction' }),
  fr: new Intl.ListFormat('fr', { type: 'disjunction' }),
};

/** `{n}`, `{n|one|more}` by the plural of n, `{state:campaign}` by the sentence `campaign.<state>`. Double braces are text. */
const HOLE = /(?<!\{)\{(\w+)(?:\|([^|}]*)\|([^}]*)|:([\w-]+))?\}(?!\})/g;

const isSentence = (name: string): name is SentenceKey => name in sentencesEn;

/** Fills a template. French gets non-breaking spaces before high punctuation and inside quotes. */
export function fill(template: string, facts: Facts, language: Language): string {
  const filled = template.replaceAll(HOLE, (_, ...[name = '', one, more, group]: (string | undefined)[]) => {
    const value = facts[name];
    if (one !== undefined) return PLURALS[language].select(Number(value)) === 'one' ? one : (more ?? '');
    return write(value, language, group);
  });
  return language === 'fr' ? filled.replaceAll(/ (?=[!?;])/g, '\u202f').replaceAll(/ (?=[:»%€])|(?<=«) /g, '\u00a0') : filled;
}

function write(value: Value | undefined, language: Language, group?: string): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return NUMBERS[language].format(value);
  if (typeof value === 'object' && 'say' in value)
    return isSentence(value.say) ? sentenceOf({ ...value, say: value.say }, language) : '';
  if (typeof value !== 'string') {
    const items = value.map((item) => write(item, language, group));
    return group === undefined ? items.join(', ') : LISTS[language].format(items);
  }
  const named = `${group}.${value}`;
  return isSentence(named) ? CATALOGUES[language].sentences[named] : value;
}

export const sentenceOf = ({ say, facts = {} }: Said, language: Language): string =>
  fill(CATALOGUES[language].sentences[say], facts, language);

type InWords = { problem: string; remedy: string };
/** As stored; earlier releases stored words. */
export type StoredFlaw = Flaw | InWords;

export function faultWords(flaw: StoredFlaw, language: Language): InWords {
  if ('problem' in flaw) return { problem: flaw.problem, remedy: flaw.remedy };
  const [problem, remedy] = CATALOGUES[language].faults[flaw.code];
  return { problem: fill(problem, flaw.facts ?? {}, language), remedy: fill(remedy, flaw.facts ?? {}, language) };
}

/** A field's word, or its own name. */
export const fieldName = (field: string, language: Language): string => fill('{field:field}', { field }, language);

export const faultView = ({ facts, ...fault }: Fault, language: Language) => ({
  ...fault,
  ...faultWords({ code: fault.code, ...(facts === undefined ? {} : { facts }) }, language),
});
