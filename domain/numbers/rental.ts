import { LATE_REPLIES_MS } from '../replies/attribution.ts';
import { DAY_MS } from '../durations.ts';

/**
 * How long a released number rests before somebody else may rent it: as long as its late replies are its last renter's, and a
 * day for those that a gateway hands over late. Its last renter may have it back at once.
 */
export const QUARANTINE_MS = LATE_REPLIES_MS + DAY_MS;

/** How long before its end a rental that is not renewed is said to end. */
export const TOLD_BEFORE_MS = 7 * DAY_MS;

/** Until when a number that is free is kept for its last renter; null when anyone may rent it. */
export function restsUntil({ releasedAt }: { releasedAt: Date | null }, now: Date): Date | null {
  if (releasedAt === null) return null;
  const until = new Date(releasedAt.getTime() + QUARANTINE_MS);
  return until > now ? until : null;
}
