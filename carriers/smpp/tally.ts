import type { SubmitResult } from '../carrier.ts';

/** The outcome of one segment. `unsent`: the carrier does not have it, for certain. */
export type SegmentOutcome =
  | { outcome: 'accepted'; reference: string }
  | { outcome: 'rejected'; code: string }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'unsent'; reason: string };

/**
 * One answer for a message from its segments'. A rejected one is final, for the message can't be whole; then any doubt makes it
 * doubtful; and a message of which the carrier has a part must not be sent again, so that the rest `unsent` is a doubt too.
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
