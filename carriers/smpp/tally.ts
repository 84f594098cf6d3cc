import type { SubmitResult } from '../carrier.ts';

/** One segment's outcome. `unsent`: the carrier surely does not have it. */
export type SegmentOutcome =
  | { outcome: 'accepted'; reference: string }
  | { outcome: 'rejected'; code: string }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'unsent'; reason: string };

/**
 * A message's result from its segments. A rejected one decides: the message can't be complete. Then any doubt makes it doubtful.
 * A partly sent message must not be sent again, so an `unsent` rest is a doubt too.
 */
export function resultOf(segments: SegmentOutcome[]): SubmitResult {
  const references: string[] = [];
  let doubt: string | null = null;
  let unsent: string | null = null;
  for (const segment of segments) {
    if (segment.outcome === 'rejected') return { outcome: 'rejected', code: segment.code };
    if (segment.outcome === 'unknown') doubt ??= segment.reason;
    else if (segment.outcome === 'unsent') unsent ??= segment.reason;
    else references.push(segment.reference);
  }
  if (doubt !== null) return { outcome: 'unknown', reason: doubt };
  if (unsent === null) return { outcome: 'accepted', references };
  return references.length > 0
    ? { outcome: 'unknown', reason: `sent in part: ${unsent}` }
    : { outcome: 'unsent', reason: unsent };
}
