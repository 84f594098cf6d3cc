import { flaw, type Flaw } from '../problems/said.ts';
import { wordsOf } from './keywords.ts';

/** A message that a reply may answer. `sentAt`: marked `submitting`; `keyword`: its campaign's, folded; `text`: as sent. */
export type Candidate = {
  messageId: string;
  accountId: string;
  campaignId: string | null;
  sentAt: Date;
  keyword: string | null;
  text: string;
};

/** How a reply found its campaign. `candidates`: message ids, newest first; `by`: the deciding person's key. */
export type Attribution =
  | { method: 'reply-code' | 'keyword'; confidence: 'exact' | 'low'; messageId: string; candidates: string[] }
  | { method: 'rented-number'; accountId: string }
  | { method: 'corrected'; messageId: string | null; by: string; at: string; candidates: string[] }
  | { method: 'none'; reason: 'no-candidate' | 'ambiguous'; candidates: string[] };

export type Arrival = {
  text: string;
  /** Messages closer together than this are indistinguishable. */
  slackMs: number;
  /** The account that rents the number, or did until recently. */
  renter: string | null;
};

/** How much later than the reply a message may seem sent, by carriers' clocks. */
export const CLOCK_TOLERANCE_MS = 2000;
/** How long a reply counts as an answer to a message. */
export const WINDOW_MS = { shared: 72 * 3_600_000, own: 30 * 24 * 3_600_000 } as const;
/** How long a released number's replies belong to its last renter. */
export const LATE_REPLIES_MS = WINDOW_MS.own;

/** Imprecision of displayed times. */
const UNSHOWN_MS: Record<string, number> = { minute: 60_000, second: 1000 };

/** When a message must have been sent for a reply to answer it. Replies can't be younger than `ingestedAt`. */
export function windowOf(reply: {
  kind: 'short-code' | 'virtual' | 'sim' | null;
  receivedAt: Date;
  ingestedAt: Date;
  precision: string;
  clockToleranceMs: number;
}): { since: Date; until: Date; slackMs: number } {
  const received = Math.min(reply.receivedAt.getTime(), reply.ingestedAt.getTime());
  const slackMs = reply.clockToleranceMs + (UNSHOWN_MS[reply.precision] ?? 0);
  const length = reply.kind === 'sim' || reply.kind === 'virtual' ? WINDOW_MS.own : WINDOW_MS.shared;
  return { since: new Date(received - length - slackMs), until: new Date(received + slackMs), slackMs };
}

/** The renter when the reply came, or for a while the last one. */
export function renterAt(
  receivedAt: Date,
  number: { renter: string | null; rentedAt: Date | null; lastRenter: string | null; releasedAt: Date | null },
): string | null {
  if (number.renter !== null && (number.rentedAt === null || receivedAt >= number.rentedAt)) return number.renter;
  if (number.lastRenter === null || number.releasedAt === null) return null;
  return receivedAt.getTime() - number.releasedAt.getTime() <= LATE_REPLIES_MS ? number.lastRenter : null;
}

const chosenFrom = (method: 'reply-code' | 'keyword', own: Candidate[], slackMs: number, all: string[]): Attribution | null => {
  const [newest, second] = own;
  if (!newest) return null;
  const close = second !== undefined && newest.sentAt.getTime() - second.sentAt.getTime() <= slackMs;
  return { method, confidence: close ? 'low' : 'exact', messageId: newest.messageId, candidates: all };
};

/**
 * Decides whose reply it is, from messages to that phone by that reply code in the window. 1. On a rented number only its
 * renter's messages count; without any the reply is still the renter's. 2. A campaign's keyword at the start decides. 3. Else the
 * newest message, if all are one account's. 4. Between accounts nobody: a reply shown to the wrong customer is a leak.
 */
export function attribute(candidates: Candidate[], { text, slackMs, renter }: Arrival): Attribution {
  const newestFirst = candidates
    .filter((candidate) => renter === null || candidate.accountId === renter)
    .toSorted((a, b) => b.sentAt.getTime() - a.sentAt.getTime() || (a.messageId < b.messageId ? 1 : -1));
  const ids = newestFirst.map((candidate) => candidate.messageId);
  const [newest] = newestFirst;
  if (!newest)
    return renter ? { method: 'rented-number', accountId: renter } : { method: 'none', reason: 'no-candidate', candidates: [] };
  const named = byKeyword(newestFirst, text);
  if (named.length > 0)
    return chosenFrom('keyword', named, slackMs, ids) ?? { method: 'none', reason: 'ambiguous', candidates: ids };
  if (newestFirst.some((candidate) => candidate.accountId !== newest.accountId)) {
    return { method: 'none', reason: 'ambiguous', candidates: ids };
  }
  return chosenFrom('reply-code', newestFirst, slackMs, ids) ?? { method: 'none', reason: 'no-candidate', candidates: [] };
}

/** Candidates by keyword; none when another account may use that word too. */
function byKeyword(newestFirst: Candidate[], text: string): Candidate[] {
  const [word] = newestFirst.some((candidate) => candidate.keyword !== null) ? wordsOf(text) : [];
  if (word === undefined) return [];
  const named = newestFirst.filter((candidate) => candidate.keyword === word);
  const [first] = named;
  if (!first) return [];
  const others = newestFirst.filter((candidate) => candidate.accountId !== first.accountId);
  const asked = others.some((candidate) => candidate.keyword === word || wordsOf(candidate.text).includes(word));
  return asked ? [] : named;
}

/** Too common to be a campaign's keyword. */
const COMMON = new Set(
  `oui non ok yes no ouais nope stop start contact info infos merci bonjour salut peut etre maybe d accord daccord go
   je j moi 1 2 3 4 5 6 7 8 9 0 a b c hello hi thanks rdv appel appelez rappel rappelez annuler confirmer confirme`.split(/\s+/),
);

/** Folded, or its fault. */
export function readCampaignKeyword(raw: string): { word: string } | Flaw {
  const [word, ...rest] = wordsOf(raw);
  if (word === undefined || rest.length > 0) return flaw('keyword-words');
  if (word.length < 3 || word.length > 20) return flaw('keyword-length');
  if (COMMON.has(word)) return flaw('keyword-common');
  return { word };
}
