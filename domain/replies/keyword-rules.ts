import { flaw, type Flaw } from '../problems/said.ts';
import { readKeyword, wordsOf } from './keywords.ts';

/** Automatic actions for replies that begin with a word of the account's choice. */
export type KeywordAction =
  | { do: 'answer'; text: string }
  | { do: 'tag'; tag: string }
  | { do: 'opt-out' }
  | { do: 'opt-in' }
  /** A mail to this address. */
  | { do: 'forward'; to: string }
  /** The callback event `keyword.matched`, under this name. */
  | { do: 'event'; name: string };

/** `number` and `campaignId` say where it holds; null for everywhere. */
export type KeywordRule = {
  id: string;
  word: string;
  number: string | null;
  campaignId: string | null;
  actions: KeywordAction[];
};

/** The word by which a reply's rule is looked up. */
export const firstWordOf = (text: string): string | null => wordsOf(text)[0] ?? null;

/** A rule's own word, folded as a reply's is, or what is wrong with it. */
export function readRuleWord(raw: string): { word: string } | Flaw {
  const [word, ...rest] = wordsOf(raw);
  if (word === undefined || rest.length > 0 || word.length > 40) return flaw('rule-word');
  const { kind } = readKeyword(word);
  if (kind === 'none' || kind === 'looks-like-stop') return { word };
  return flaw('rule-obeyed');
}

/** Of the rules of a reply's word the one nearest to it: its campaign's, then its number's, then the account's. */
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
