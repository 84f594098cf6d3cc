import { LATE_REPLIES_MS } from '../replies/attribution.ts';
import { DAY_MS } from '../durations.ts';

/**
 * Rest of a released number before somebody else may rent it: its renter's late replies, plus a day for gateways' late
 * deliveries. The last renter may have it back at once.
 */
export const QUARANTINE_MS = LATE_REPLIES_MS + DAY_MS;

/** Notice before a rental ends. */
export const TOLD_BEFORE_MS = 7 * DAY_MS;

/** Until when only the last renter may rent a free number; null: anyone. */
export function restsUntil({ releasedAt }: { releasedAt: Date | null }, now: Date): Date | null {
  if (releasedAt === null) return null;
  const until = new Date(releasedAt.getTime() + QUARANTINE_MS);
  return until > now ? until : null;
}
