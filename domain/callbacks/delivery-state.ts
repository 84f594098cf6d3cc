import { nextDelay, type Schedule } from './retry-schedule.ts';

export type DeliveryState = 'pending' | 'in_flight' | 'delivered' | 'retrying' | 'held' | 'exhausted' | 'aborted';

/**
 * Why a delivery waits without an attempt being due: its endpoint has no place free (`rate`), is in trouble (`breaker`), was
 * stopped (`paused`, `disabled`) or answered 410 (`gone`); our own line is down (`network`); or the mail relay does not take us
 * (`relay`); or an earlier reply of its conversation comes first (`order`); or its address gets one mail a minute for its
 * conversation now (`gathering`).
 */
export type HeldReason = 'rate' | 'breaker' | 'paused' | 'disabled' | 'gone' | 'network' | 'relay' | 'order' | 'gathering';

/** The state of a delivery after an attempt. `spent`: whether it counts against the schedule. */
export type AfterAttempt = {
  state: 'delivered' | 'retrying' | 'held' | 'exhausted';
  heldReason: HeldReason | null;
  /** How long until it is due; null when it is not due by itself. */
  delayMs: number | null;
  spent: boolean;
};

type Attempted = {
  /** Attempts made, this one included. */
  attempt: number;
  outcome: 'ok' | 'failed' | 'gone';
  /** A probe tries the endpoint, not the delivery. */
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
