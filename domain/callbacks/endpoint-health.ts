import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.ts';

/** Health of a customer's endpoint. Times are database milliseconds. */
export type HealthState = 'healthy' | 'open' | 'recovering' | 'paused' | 'disabled' | 'gone';

/** `unsteady`: healthy for fresh attempts, but a delivery failed twice and a run of its own retries it. */
export type ShownHealth = HealthState | 'unsteady';
/** First attempts are made by their page and second ones by the retry run, so that a blip needs no run. */
export const UNSTEADY_ATTEMPTS = 2;
export const shownHealth = ({ state, unsteadySince }: Pick<Health, 'state' | 'unsteadySince'>): ShownHealth =>
  state === 'healthy' && typeof unsteadySince === 'number' ? 'unsteady' : state;

export type Health = {
  state: HealthState;
  since: number;
  /** Concurrency while recovering, and this stage's results. */
  slowStart: number;
  stage: { won: number; lost: number; failing: Failing };
  /** While open: the next probe, its place on the ladder of waits, and the delivery that climbed it last. */
  nextProbeAt: number | null;
  probeStep: number;
  probedLast: string | null;
  /** Failures since the last success, the latest by timeout, and since when. */
  failures: number;
  failing: Failing;
  failingSince: number | null;
  timeouts: number;
  timingOut: Failing;
  lastSuccessAt: number | null;
  /** Since when a twice-failed delivery waits at a healthy endpoint. Missing in rows of older workers. */
  unsteadySince?: number | null;
  /** First opening since it was last healthy. */
  openedAt: number | null;
  /** Alarms sent since then. */
  told: number;
};

/** Deliveries with a failure: none, one, or several. One failing delivery says nothing of its endpoint. */
export type Failing = 'none' | 'several' | { only: string };

export type Result = { deliveryId: string; outcome: 'ok' | 'failed' | 'timeout' | 'gone'; probe: boolean; attempt: number };
/** Attempts of the last five minutes, including the reported ones. */
export type Window = { attempts: number; failures: number; several: boolean };

export type HealthEvent =
  | { kind: 'results'; results: Result[]; window: Window }
  /** A clock tick. */
  | { kind: 'looked-at' }
  /** Recent failures were our own uplink's. */
  | { kind: 'exonerated'; withinMs: number }
  /** While unsteady: no twice-failed delivery waits. */
  | { kind: 'steadied' }
  /** While recovering: nothing is owed. */
  | { kind: 'drained' }
  | { kind: 'paused' }
  | { kind: 'resumed' }
  /** Re-enabled after being disabled or gone, or given another address. */
  | { kind: 'enabled' };

export const WINDOW_MINUTES = 5;
const ENOUGH_ATTEMPTS = 10;
const TIMEOUTS_IN_A_ROW = 5;
/** The concurrency at which an endpoint counts as healthy again. */
export const FULL = 8;
export const PROBE_WAITS: readonly number[] = [
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
];
/** Time open when the owner is alarmed; disabled after `DISABLED_AFTER_MS`, a day after the last alarm. */
export const ALARMS: readonly number[] = [24 * HOUR_MS, 72 * HOUR_MS, 96 * HOUR_MS];
export const DISABLED_AFTER_MS = 120 * HOUR_MS;
const DISABLED_FAILURES = 20;

const NO_STAGE: Health['stage'] = { won: 0, lost: 0, failing: 'none' };

export const newHealth = (at: number): Health => ({
  state: 'healthy',
  since: at,
  slowStart: 0,
  stage: NO_STAGE,
  nextProbeAt: null,
  probeStep: 0,
  probedLast: null,
  failures: 0,
  failing: 'none',
  failingSince: null,
  timeouts: 0,
  timingOut: 'none',
  lastSuccessAt: null,
  unsteadySince: null,
  openedAt: null,
  told: 0,
});

export function transition(health: Health, happened: HealthEvent, at: number): Health {
  switch (happened.kind) {
    case 'results':
      return disableWhenHopeless(
        happened.results.reduce((now, result) => afterResult(now, result, happened.window, at), health),
        at,
      );
    case 'looked-at':
      return disableWhenHopeless(health, at);
    case 'exonerated':
      return exonerated(health, happened.withinMs, at);
    case 'steadied':
      return { ...health, unsteadySince: null };
    case 'drained':
      return health.state === 'recovering' ? healthyAgain(health, at) : health;
    case 'paused':
      return health.state === 'gone' || health.state === 'disabled' ? health : moved(health, 'paused', at);
    case 'resumed':
      return resumed(health, at);
    case 'enabled':
      return enabled(health, at);
    default:
      return happened satisfies never;
  }
}

function resumed(health: Health, at: number): Health {
  if (health.state !== 'paused') return health;
  return health.openedAt === null ? recovering(health, at) : opened(health, at, at);
}

/** Probed at once, as if it had never failed. */
function enabled(health: Health, at: number): Health {
  if (health.state === 'healthy' || health.state === 'recovering' || health.state === 'paused') return health;
  const fresh = { ...health, failures: 0, failing: 'none', failingSince: null, probeStep: 0, openedAt: null, told: 0 } as const;
  return opened(fresh, at, at);
}

function afterResult(before: Health, result: Result, window: Window, at: number): Health {
  const health = counted(before, result, at);
  if (result.outcome === 'gone') return moved({ ...health, nextProbeAt: null }, 'gone', at);
  const ok = result.outcome === 'ok';
  switch (health.state) {
    case 'healthy':
      if (ok) return health;
      if (shouldOpen(health, window)) return opened(health, at, at + waitOf(0));
      return result.attempt < UNSTEADY_ATTEMPTS ? health : { ...health, unsteadySince: health.unsteadySince ?? at };
    case 'open':
      // Attempts under way when it opened say nothing new.
      if (!result.probe) return health;
      return ok ? recovering(health, at) : climbed(health, result.deliveryId, at);
    case 'recovering':
      return afterStage(health, result, at);
    case 'paused':
    case 'disabled':
    case 'gone':
      return health;
    default:
      return health.state satisfies never;
  }
}

function counted(health: Health, { outcome, deliveryId }: Result, at: number): Health {
  if (outcome === 'ok') {
    return { ...health, failures: 0, failing: 'none', failingSince: null, timeouts: 0, timingOut: 'none', lastSuccessAt: at };
  }
  const timedOut = outcome === 'timeout';
  return {
    ...health,
    failures: health.failures + 1,
    failing: joined(health.failing, deliveryId),
    failingSince: health.failingSince ?? at,
    timeouts: timedOut ? health.timeouts + 1 : 0,
    timingOut: timedOut ? joined(health.timingOut, deliveryId) : 'none',
  };
}

export function joined(failing: Failing, deliveryId: string): Failing {
  if (failing === 'none') return { only: deliveryId };
  return failing === 'several' || failing.only !== deliveryId ? 'several' : failing;
}

const shouldOpen = (health: Health, { attempts, failures, several }: Window): boolean =>
  (several && attempts >= ENOUGH_ATTEMPTS && failures * 2 >= attempts) ||
  (health.timeouts >= TIMEOUTS_IN_A_ROW && health.timingOut === 'several');

/** A delivery that failed a probe before climbs no further: one that is always rejected would keep the endpoint closed. */
const climbed = (health: Health, deliveryId: string, at: number): Health => {
  const probeStep = health.probedLast === null || health.probedLast === deliveryId ? health.probeStep : health.probeStep + 1;
  return { ...health, probeStep, probedLast: deliveryId, nextProbeAt: at + waitOf(probeStep) };
};

function afterStage(health: Health, result: Result, at: number): Health {
  const { won, lost, failing } = health.stage;
  if (result.outcome !== 'ok') {
    const stage = { won, lost: lost + 1, failing: joined(failing, result.deliveryId) };
    const failed = stage.failing === 'several' && stage.lost >= Math.max(2, stage.won);
    return failed ? opened({ ...health, stage }, at, at + waitOf(health.probeStep)) : { ...health, stage };
  }
  if (won + 1 < health.slowStart) return { ...health, stage: { ...health.stage, won: won + 1 } };
  if (health.slowStart >= FULL) return healthyAgain(health, at);
  return { ...health, slowStart: health.slowStart * 2, stage: NO_STAGE };
}

function disableWhenHopeless(health: Health, at: number): Health {
  if (health.state !== 'healthy' && health.state !== 'open' && health.state !== 'recovering') return health;
  const since = Math.max(health.lastSuccessAt ?? 0, health.failingSince ?? at);
  const hopeless = at - since >= DISABLED_AFTER_MS && health.failures >= DISABLED_FAILURES && health.failing === 'several';
  return hopeless ? moved({ ...health, nextProbeAt: null }, 'disabled', at) : health;
}

function exonerated(health: Health, withinMs: number, at: number): Health {
  const opened = health.state === 'open' && health.openedAt !== null && at - health.openedAt <= withinMs;
  if (opened) return healthyAgain(health, at);
  const recent = health.state === 'healthy' && health.failingSince !== null && at - health.failingSince <= withinMs;
  return recent ? { ...newHealth(health.since), lastSuccessAt: health.lastSuccessAt } : health;
}

const moved = (health: Health, state: HealthState, at: number): Health => ({
  ...health,
  state,
  since: at,
  unsteadySince: null,
  stage: NO_STAGE,
});

const opened = (health: Health, at: number, nextProbeAt: number): Health => ({
  ...moved(health, 'open', at),
  slowStart: 0,
  nextProbeAt,
  probedLast: null,
  openedAt: health.openedAt ?? at,
});

const recovering = (health: Health, at: number): Health => ({
  ...moved(health, 'recovering', at),
  slowStart: 1,
  nextProbeAt: null,
});

const healthyAgain = (health: Health, at: number): Health => ({
  ...newHealth(at),
  lastSuccessAt: health.lastSuccessAt,
});

const waitOf = (step: number): number => PROBE_WAITS[Math.min(step, PROBE_WAITS.length - 1)] ?? 0;

/** Alarms due by now; compare with those sent. */
export function alarmsDue(health: Health, at: number): number {
  if (health.openedAt === null || (health.state !== 'open' && health.state !== 'recovering')) return 0;
  const open = at - health.openedAt;
  return ALARMS.filter((afterMs) => open >= afterMs).length;
}

const MISTAKES = new Set(['redirect', 'tls', 'dns', 'egress_blocked']);
const MISTAKEN_STATUS = new Set([401, 403, 404, 405, 413]);

/** Failures that only a change of set-up mends. */
export const isConfigurationError = (kind: string, status: number | null): boolean =>
  MISTAKES.has(kind) || (status !== null && MISTAKEN_STATUS.has(status));
