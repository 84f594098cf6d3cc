import { flaw, type Flaw } from '../problems/said.ts';
import { readKeyword, wordsOf } from './keywords.ts';

export type KeywordAction =
  | { do: 'answer'; text: string }
  | { do: 'tag'; tag: string }
  | { do: 'opt-out' }
  | { do: 'opt-in' }
  /** By mail. */
  | { do: 'forward'; to: string }
  /** Emits `keyword.matched` under this name. */
  | { do: 'event'; name: string };

/** Null `number` or `campaignId`: any. */
export type KeywordRule = {
  id: string;
  word: string;
  number: string | null;
  campaignId: string | null;
  actions: KeywordAction[];
};

export const firstWordOf = (text: string): string | null => wordsOf(text)[0] ?? null;

/** Folded, or its fault. */
export function readRuleWord(raw: string): { word: string } | Flaw {
  const [word, ...rest] = wordsOf(raw);
  if (word === undefined || rest.length > 0 || word.length > 40) return flaw('rule-word');
  const { kind } = readKeyword(word);
  if (kind === 'none' || kind === 'looks-like-stop') return { word };
  return flaw('rule-obeyed');
}

/** The campaign's rule before the number's before the account's. */
export function nearestRule(
  rules: readonly KeywordRule[],
  reply: { number: string; campaignId: string | null },
): KeywordRule | null {
  const holds = rules.filter(
    (rule) =>
      (rule.number === null || rule.number === reply.number) &&
      (rule.campaignId === null || rule.campaignId === reply.campaignId),
  );
  const nearness = (rule: KeywordRule): number => (rule.campaignId === null ? 0 : 2) + (rule.number === null ? 0 : 1);
  return holds.toSorted((a, b) => nearness(b) - nearness(a))[0] ?? null;
}
