/** A message that a reply may answer. `sentAt` is when it was marked `submitting`. */
export type Candidate = { messageId: string; accountId: string; campaignId: string | null; sentAt: Date };

/** How a reply found its campaign. `candidates` are message ids, newest first. */
export type Attribution =
  | { method: 'reply-code' | 'keyword'; confidence: 'exact' | 'low'; messageId: string; candidates: string[] }
  | { method: 'rented-number'; accountId: string }
  | { method: 'corrected'; messageId: string; by: string }
  | { method: 'none'; reason: 'no-candidate' | 'ambiguous'; candidates: string[] };

/** How much later than the reply a message may seem to have been sent, for carriers' clocks are not ours. */
export const CLOCK_TOLERANCE_MS = 2000;
/** How long after a message a reply to its code is taken for an answer to it. */
export const WINDOW_MS = { shared: 72 * 3_600_000, own: 30 * 24 * 3_600_000 } as const;

/**
 * Decides whose reply it is. `candidates` were sent to that phone by that reply code, in the window, in any order.
 * The newest wins within one account; between accounts nobody does, for showing a reply to the wrong customer is a leak.
 */
export function attribute(candidates: Candidate[], renter: string | null): Attribution {
  const newestFirst = candidates.toSorted((a, b) => b.sentAt.getTime() - a.sentAt.getTime());
  const ids = newestFirst.map((candidate) => candidate.messageId);
  const [newest, second] = newestFirst;
  if (!newest)
    return renter ? { method: 'rented-number', accountId: renter } : { method: 'none', reason: 'no-candidate', candidates: [] };
  if (newestFirst.some((candidate) => candidate.accountId !== newest.accountId)) {
    return { method: 'none', reason: 'ambiguous', candidates: ids };
  }
  const close = second !== undefined && newest.sentAt.getTime() - second.sentAt.getTime() <= CLOCK_TOLERANCE_MS;
  return { method: 'reply-code', confidence: close ? 'low' : 'exact', messageId: newest.messageId, candidates: ids };
}
