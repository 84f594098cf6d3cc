/** The facts that decide whether a campaign's messages go. Times are of one clock, the database's. */
export type CampaignFacts = {
  now: Date;
  state: 'draft' | 'importing' | 'ready' | 'launched' | 'paused' | 'completed' | 'cancelled';
  sendAt: Date | null;
  /** Of its messages that have not gone: how many there are, how many could go now, and when the next ones may and why not before. */
  queued: number;
  due: number;
  nextDueAt: Date | null;
  nextReason: string | null;
  /** Until when its account's spend limit holds it. */
  spendHeldUntil: Date | null;
  /** Whether nothing goes out until an operator has looked at a restored database. */
  restored: boolean;
  /** Of the carriers that queued messages go by: whether each is paused, or has no line. */
  carriers: ('up' | 'down' | 'paused')[];
};

export const WAIT_REASONS = [
  'scheduled',
  'paused',
  'restored',
  'spend-limit',
  'carrier-paused',
  'carrier-down',
  'quiet-hours',
  'pace',
  'carrier-busy',
] as const;

/** `until` is null where nobody knows: somebody must resume it, or a line come back. */
export type CampaignWait = { reason: (typeof WAIT_REASONS)[number]; until: Date | null };

/**
 * Why a campaign waits and until when, or null when it is being sent or has ended. What somebody decided comes first, then what
 * holds all of its messages, then what holds the next ones.
 */
export function campaignWait(facts: CampaignFacts): CampaignWait | null {
  const { now, state, sendAt, queued, due, nextDueAt, nextReason, spendHeldUntil, restored, carriers } = facts;
  if (state === 'paused') return { reason: 'paused', until: null };
  if (state !== 'launched') return null;
  if (sendAt !== null && sendAt > now) return { reason: 'scheduled', until: sendAt };
  if (queued === 0) return null;
  if (restored) return { reason: 'restored', until: null };
  if (spendHeldUntil !== null && spendHeldUntil > now) return { reason: 'spend-limit', until: spendHeldUntil };
  if (carriers.length > 0 && carriers.every((carrier) => carrier !== 'up'))
    return { reason: carriers.includes('paused') ? 'carrier-paused' : 'carrier-down', until: null };
  if (due > 0 || nextDueAt === null) return null;
  return { reason: reasonOf(nextReason), until: nextDueAt };
}

/** A message that waits says what its last turn came to: its recipient's hour, its SIM's day, or an answer of the carrier. */
function reasonOf(reason: string | null): CampaignWait['reason'] {
  if (reason === 'quiet-hours') return 'quiet-hours';
  return reason === null || reason === 'sim-daily-cap' ? 'pace' : 'carrier-busy';
}

/** When the last message will have gone, at so many a second; null where that is not known. */
export function campaignEta(
  { now, queued }: Pick<CampaignFacts, 'now' | 'queued'>,
  wait: CampaignWait | null,
  perSecond: number,
) {
  if (queued === 0 || (wait !== null && wait.until === null) || perSecond <= 0) return null;
  return new Date(Math.max(now.getTime(), wait?.until?.getTime() ?? 0) + (queued / perSecond) * 1000);
}
