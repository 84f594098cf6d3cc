/** What decides whether a campaign's messages go. Times are the database's. */
export type CampaignFacts = {
  now: Date;
  state: 'draft' | 'importing' | 'ready' | 'launched' | 'paused' | 'completed' | 'cancelled';
  sendAt: Date | null;
  /** Messages not gone: all, those ready now, when the next are ready and why. */
  queued: number;
  due: number;
  nextDueAt: Date | null;
  nextReason: string | null;
  spendHeldUntil: Date | null;
  /** Sending is held after a restore. */
  restored: boolean;
  /** Carriers of the queued messages; `down`: no line. */
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

/** `until` is null until somebody resumes it or a line comes back. */
export type CampaignWait = { reason: (typeof WAIT_REASONS)[number]; until: Date | null };

/**
 * Why and until when a campaign waits; null when it is being sent or has ended. Decisions come first, then what holds all
 * messages, then what holds the next ones.
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

/** A waiting message's reason: its recipient's hours, its SIM's daily limit, or the carrier. */
function reasonOf(reason: string | null): CampaignWait['reason'] {
  if (reason === 'quiet-hours') return 'quiet-hours';
  return reason === null || reason === 'sim-daily-cap' ? 'pace' : 'carrier-busy';
}

/** When the last message will have gone at a rate; null when unknown. */
export function campaignEta(
  { now, queued }: Pick<CampaignFacts, 'now' | 'queued'>,
  wait: CampaignWait | null,
  perSecond: number,
) {
  if (queued === 0 || (wait !== null && wait.until === null) || perSecond <= 0) return null;
  return new Date(Math.max(now.getTime(), wait?.until?.getTime() ?? 0) + (queued / perSecond) * 1000);
}
