import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.ts';

/** How a customer's endpoint does, and what becomes of that. Times are milliseconds of one clock, the database's. */
export type HealthState = 'healthy' | 'open' | 'recovering' | 'paused' | 'disabled' | 'gone';

/**
 * How it is shown. An endpoint is `unsteady` while a delivery that failed twice waits there: it takes fresh attempts as when it is
 * healthy, and a run of its own makes the retries.
 */
export type ShownHealth = HealthState | 'unsteady';
/** The first attempt is made with its page, the second by the run of retries: a blip needs no run of its own. */
export const UNSTEADY_ATTEMPTS = 2;
export const shownHealth = ({ state, unsteadySince }: Pick<Health, 'state' | 'unsteadySince'>): ShownHealth =>
  state === 'healthy' && typeof unsteadySince === 'number' ? 'unsteady' : state;

export type Health = {
  state: HealthState;
  since: number;
  /** Requests at once while it recovers, and how those of this stage went. */
  slowStart: number;
  stage: { won: number; lost: number; failing: Failing };
  /** While open: when it is tried again, how far up the ladder of waits that is, and which delivery climbed it last. */
  nextProbeAt: number | null;
  probeStep: number;
  probedLast: string | null;
  /** Attempts that failed since the last success, how many of the last ones by timeout, and since when. */
  failures: number;
  failing: Failing;
  failingSince: number | null;
  timeouts: number;
  timingOut: Failing;
  lastSuccessAt: number | null;
  /** Since when a delivery that failed twice waits, while it is healthy otherwise. Workers of before leave it out. */
  unsteadySince?: number | null;
  /** When it opened first since it was healthy last. */
  openedAt: number | null;
  /** Which alarms its owner has had since then. */
  told: number;
};

/** Of which deliveries something failed: of none, of one, or of several. One failing delivery says nothing of its endpoint. */
export type Failing = 'none' | 'several' | { only: string };

export type Result = { deliveryId: string; outcome: 'ok' | 'failed' | 'timeout' | 'gone'; probe: boolean; attempt: number };
/** Attempts of the last five minutes, those just told of included. */
export type Window = { attempts: number; failures: number; several: boolean };

export type HealthEvent =
  | { kind: 'results'; results: Result[]; window: Window }
  /** Time went by: what is due by the clock alone. */
  | { kind: 'looked-at' }
  /** The failures of the last moments were our own line's. */
  | { kind: 'exonerated'; withinMs: number }
  /** While it is unsteady: nothing waits that failed twice. */
  | { kind: 'steadied' }
  /** While it recovers: nothing is owed any more. */
  | { kind: 'drained' }
  | { kind: 'paused' }
  | { kind: 'resumed' }
  /** The owner wants it again after it was disabled or gone, or named another address. */
  | { kind: 'enabled' };

export const WINDOW_MINUTES = 5;
const ENOUGH_ATTEMPTS = 10;
const TIMEOUTS_IN_A_ROW = 5;
/** Requests at once at which it counts as healthy again. */
export const FULL = 8;
export const PROBE_WAITS: readonly number[] = [
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
];
/** How long it is open when its owner is told; it is disabled after `DISABLED_AFTER_MS`, and the last alarm is a day before. */
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

/** The health of an endpoint after an event. */
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
      // Attempts that were under way when it opened tell of the time before.
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

/** A delivery that failed a probe before climbs no further: one that the receiver always rejects would keep it closed for ever. */
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

/** How many alarms its owner should have had by now. More than it has had: one is due. */
export function alarmsDue(health: Health, at: number): number {
  if (health.openedAt === null || (health.state !== 'open' && health.state !== 'recovering')) return 0;
  const open = at - health.openedAt;
  return ALARMS.filter((afterMs) => open >= afterMs).length;
}

const MISTAKES = new Set(['redirect', 'tls', 'dns', 'egress_blocked']);
const MISTAKEN_STATUS = new Set([401, 403, 404, 405, 413]);

/** Whether an attempt failed by how the endpoint is set up, so that trying again helps only after somebody changed it. */
export const isConfigurationError = (kind: string, status: number | null): boolean =>
  MISTAKES.has(kind) || (status !== null && MISTAKEN_STATUS.has(status));
