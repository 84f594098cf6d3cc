import { nextDelay, type Schedule } from './retry-schedule.ts';

export type DeliveryState = 'pending' | 'in_flight' | 'delivered' | 'retrying' | 'held' | 'exhausted' | 'aborted';

/**
 * Why a delivery waits with no attempt due: no place free at the endpoint (`rate`); endpoint in trouble (`breaker`), stopped
 * (`paused`, `disabled`) or answered 410 (`gone`); our uplink down (`network`); mail relay refusing (`relay`); an earlier reply
 * first (`order`); mails gathered to one a minute (`gathering`).
 */
export type HeldReason = 'rate' | 'breaker' | 'paused' | 'disabled' | 'gone' | 'network' | 'relay' | 'order' | 'gathering';

/** `spent`: the attempt counts against the schedule. */
export type AfterAttempt = {
  state: 'delivered' | 'retrying' | 'held' | 'exhausted';
  heldReason: HeldReason | null;
  /** Null: not due by itself. */
  delayMs: number | null;
  spent: boolean;
};

type Attempted = {
  /** Attempts made, including this one. */
  attempt: number;
  outcome: 'ok' | 'failed' | 'gone';
  /** A probe tests the endpoint, not the delivery. */
  probe: boolean;
  retryAfterMs: number | null;
  random: () => number;
  schedule?: Schedule | undefined;
};

export function afterAttempt({ attempt, outcome, probe, retryAfterMs, random, schedule }: Attempted): AfterAttempt {
  if (outcome === 'ok') return { state: 'delivered', heldReason: null, delayMs: null, spent: true };
  if (outcome === 'gone') return { state: 'held', heldReason: 'gone', delayMs: null, spent: !probe };
  if (probe) return { state: 'held', heldReason: 'breaker', delayMs: 0, spent: false };
  const delayMs = nextDelay({ attempt, retryAfterMs, random, ...(schedule ? { schedule } : {}) });
  if (delayMs === null) return { state: 'exhausted', heldReason: null, delayMs: null, spent: true };
  return { state: 'retrying', heldReason: null, delayMs, spent: true };
}
