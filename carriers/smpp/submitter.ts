import type { Logger } from 'pino';
import type { OutboundMessage, SubmitResult } from '../carrier.ts';
import { STATUS, statusName, statusOf } from './codec/status.ts';
import { SmppError } from './codec/pdu.ts';
import type { MessageResp, Plain } from './codec/pdu.ts';
import type { Connection } from './connection.ts';
import type { SmppSettings } from './settings.ts';
import { resultOf } from './tally.ts';
import type { SegmentOutcome } from './tally.ts';
import { createThrottle, type Throttle } from './throttle.ts';
import { createTrouble, type Trouble } from './trouble.ts';
import { createTokenBucket, type TokenBucket } from '../token-bucket.ts';

/** Retries of one segment of a partly sent message: three minutes with the longest pauses. */
const MOST_AGAIN = 10;
/** Default meanings of statuses; any other is a final refusal. `deferred`: the carrier has a trouble and kept nothing. */
const OUTCOMES: [number, SmppSettings['outcomes'][string]][] = [
  [STATUS.throttled, 'throttled'],
  [STATUS.queueFull, 'throttled'],
  [STATUS.systemError, 'deferred'],
  [STATUS.receiverTemporary, 'deferred'],
];

type Message = { outcomes: SegmentOutcome[]; open: number; unanswered: number; settle(result: SubmitResult): void };
type Segment = { message: Message; index: number; frame: Buffer; again: number; writtenAt: number };

export type Submitter = ReturnType<typeof createSubmitter>;

type Deps = {
  log: Logger;
  segmentsOf: (message: OutboundMessage) => Buffer[];
  /** The carrier's id in its receipts' form. */
  referenceOf: (id: string) => string;
  /** `ready` may be true, or nothing may be left. */
  changed: () => void;
};

type Submissions = Deps & {
  settings: SmppSettings;
  bucket: TokenBucket;
  throttle: Throttle;
  trouble: Trouble;
  /** By status; any other is a final refusal. */
  outcomes: ReadonlyMap<number, SmppSettings['outcomes'][string]>;
  /** By sequence number, oldest first. */
  unanswered: Map<number, Segment>;
  /** Not written, or put back by the carrier (first in line). */
  queue: Segment[];
  connection: Connection | null;
  stopped: boolean;
  expiry: NodeJS.Timeout | null;
  timer: NodeJS.Timeout | null;
};

/** One session's window, rate, pauses and timers. Every message gets exactly one result. */
export function createSubmitter(settings: SmppSettings, deps: Deps) {
  const { segmentsPerSecond, maxBinds } = settings;
  const own = Object.entries(settings.outcomes).map(([name, outcome]) => [statusOf(name) ?? 0, outcome] as const);
  const at: Submissions = {
    ...deps,
    settings,
    bucket: createTokenBucket(segmentsPerSecond === undefined ? null : segmentsPerSecond / maxBinds),
    throttle: createThrottle(settings.throttleMinMs, settings.throttleMaxMs),
    trouble: createTrouble(),
    outcomes: new Map([...OUTCOMES, ...own]),
    unanswered: new Map(),
    queue: [],
    connection: null,
    stopped: false,
    expiry: null,
    timer: null,
  };
  return {
    submit: (message: OutboundMessage) => submit(at, message),
    attach(fresh: Connection): void {
      at.connection = fresh;
      const pauseMs = at.throttle.remainingMs();
      if (pauseMs > 0) wakeIn(at, pauseMs);
      at.changed();
    },
    /** The connection is lost: written segments are in doubt, the rest unsent. */
    detach: (reason: string) => detach(at, reason),
    answered: (pdu: MessageResp | Plain) => answered(at, pdu),
    /** Writes what window, rate and pauses allow. */
    pump: () => pump(at),
    window: () => windowOf(at),
    /** The status refusing one submission after the other; null while the carrier accepts. */
    refusing: () => at.trouble.shown(),
    /** False without a connection, or during a pause. */
    ready: () => at.connection !== null && !at.stopped && at.throttle.remainingMs() === 0,
    unanswered: () => at.unanswered.size,
    /** Segments without an outcome. */
    unfinished: () => at.unanswered.size + at.queue.length,
    /** Takes nothing more; finishes what was begun. */
    stop(): void {
      at.stopped = true;
      const begun = (segment: Segment): boolean => segment.message.unanswered > 0 || segment.message.outcomes.length > 0;
      const dropped = at.queue.filter((segment) => !begun(segment));
      at.queue = at.queue.filter(begun);
      for (const segment of dropped) finish(at, segment, { outcome: 'unsent', reason: 'the session is closing' });
      at.changed();
    },
  };
}

/** While the carrier refuses everything, one message after each pause tests it. */
const windowOf = (at: Submissions): number => (at.trouble.lasts() ? 1 : at.settings.window);

function submit(at: Submissions, outbound: OutboundMessage): Promise<SubmitResult> {
  if (at.stopped) return Promise.resolve({ outcome: 'unsent', reason: 'the session is closing' });
  if (!at.connection) return Promise.resolve({ outcome: 'unsent', reason: 'not bound' });
  let frames: Buffer[];
  try {
    frames = at.segmentsOf(outbound);
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    at.log.warn({ messageId: outbound.id, problem: error.message }, 'A message can not be put into SMPP');
    return Promise.resolve({ outcome: 'rejected', code: 'unencodable' });
  }
  const { promise, resolve } = Promise.withResolvers<SubmitResult>();
  const message: Message = { outcomes: [], open: frames.length, unanswered: 0, settle: resolve };
  for (const [index, frame] of frames.entries()) at.queue.push({ message, index, frame, again: 0, writtenAt: 0 });
  return promise;
}

function pump(at: Submissions): void {
  if (!at.connection) return;
  while (at.queue.length > 0 && at.unanswered.size < windowOf(at)) {
    const pauseMs = at.throttle.remainingMs();
    if (pauseMs > 0) return wakeIn(at, pauseMs);
    if (!at.bucket.take()) return wakeIn(at, at.bucket.waitMs());
    const segment = at.queue.shift();
    if (segment) write(at, at.connection, segment);
  }
}

function write(at: Submissions, to: Connection, segment: Segment): void {
  segment.writtenAt = performance.now();
  segment.message.unanswered++;
  at.unanswered.set(to.sendFrame(segment.frame), segment);
  at.expiry ??= setTimeout(() => expire(at), at.settings.responseTimeoutMs);
}

function wakeIn(at: Submissions, ms: number): void {
  at.timer ??= setTimeout(() => {
    at.timer = null;
    // Timers may fire slightly early, or be set for less than the pause.
    const pauseMs = at.throttle.remainingMs();
    if (pauseMs > 0) return wakeIn(at, pauseMs);
    pump(at);
    at.changed();
  }, ms);
}

function answered(at: Submissions, pdu: MessageResp | Plain): void {
  const { sequence, status } = pdu;
  const segment = at.unanswered.get(sequence);
  // Late or unknown: already answered for.
  if (!segment) return;
  at.unanswered.delete(sequence);
  segment.message.unanswered--;
  const means = at.outcomes.get(status);
  if (means === 'throttled') {
    pause(at);
    const whole = { outcome: 'throttled', retryAfterMs: at.throttle.remainingMs() } as const;
    return putBack(at, segment, whole, { outcome: 'unknown', reason: 'sent in part, then throttled' });
  }
  if (means === 'deferred') return defer(at, segment, statusName(status));
  at.trouble.over();
  if (status === STATUS.ok && pdu.command === 'submit_sm_resp') {
    at.throttle.relieved(segment.writtenAt);
    return finish(at, segment, { outcome: 'accepted', reference: at.referenceOf(pdu.messageId) });
  }
  if (means === 'unknown') return finish(at, segment, { outcome: 'unknown', reason: statusName(status) });
  if (status === STATUS.wrongBindState && means === undefined) {
    finish(at, segment, { outcome: 'unsent', reason: 'the carrier takes us for unbound' });
    return at.connection?.drop('the carrier takes us for unbound');
  }
  finish(at, segment, { outcome: 'rejected', code: statusName(status || STATUS.unknown) });
}

function pause(at: Submissions): void {
  at.throttle.hit();
  wakeIn(at, at.throttle.remainingMs());
}

/** One message's trouble stops no other; a run of them is the line's. */
function defer(at: Submissions, segment: Segment, code: string): void {
  const { open, outcomes } = segment.message;
  const begins = at.trouble.met(code);
  if (at.trouble.lasts() || open > 1 || outcomes.length > 0) pause(at);
  if (begins) {
    at.log.error(
      { alarm: 'smpp-submits-refused', code },
      'The carrier refuses every message for now: its line is paused, and tried now and then',
    );
    handBack(at);
  }
  putBack(at, segment, { outcome: 'deferred', code }, { outcome: 'rejected', code });
}

/** Unbegun messages go back to where they can be cancelled. */
function handBack(at: Submissions): void {
  const whole = new Set(
    at.queue.map(({ message }) => message).filter(({ unanswered: written, outcomes }) => written + outcomes.length === 0),
  );
  for (const message of whole) {
    forget(at, message);
    message.settle({ outcome: 'throttled', retryAfterMs: at.throttle.remainingMs() });
  }
}

/** `whole`: the message's result if the carrier has nothing of it; `atLast`: the segment's after its last retry. */
function putBack(at: Submissions, segment: Segment, whole: SubmitResult, atLast: SegmentOutcome): void {
  const { message } = segment;
  segment.again++;
  if (segment.again > MOST_AGAIN) return finish(at, segment, atLast);
  if (message.outcomes.some(({ outcome }) => outcome === 'rejected')) {
    return finish(at, segment, { outcome: 'unsent', reason: 'another part was rejected' });
  }
  at.queue.unshift(segment);
  // The carrier has nothing of it and will get nothing: the whole message can wait elsewhere.
  if (message.unanswered > 0 || message.outcomes.some(({ outcome }) => outcome !== 'unsent')) return;
  forget(at, message);
  message.settle(whole);
  at.changed();
}

function finish(at: Submissions, segment: Segment, outcome: SegmentOutcome): void {
  const { message } = segment;
  message.outcomes[segment.index] = outcome;
  message.open--;
  if (outcome.outcome === 'rejected' && message.open > 0) message.open -= forget(at, message);
  if (message.open > 0) return;
  // Segments dropped after a refusal have no outcome.
  message.settle(resultOf(message.outcomes.filter((known) => known !== undefined)));
  at.changed();
}

/** Removes a message's queued segments; returns how many. */
function forget(at: Submissions, message: Message): number {
  const before = at.queue.length;
  at.queue = at.queue.filter((segment) => segment.message !== message);
  return before - at.queue.length;
}

function expire(at: Submissions): void {
  at.expiry = null;
  const latest = performance.now() - at.settings.responseTimeoutMs;
  for (const [sequence, segment] of at.unanswered) {
    if (segment.writtenAt > latest) {
      at.expiry = setTimeout(() => expire(at), Math.ceil(segment.writtenAt - latest));
      break;
    }
    at.unanswered.delete(sequence);
    segment.message.unanswered--;
    finish(at, segment, { outcome: 'unknown', reason: 'no answer in time' });
  }
  pump(at);
}

function detach(at: Submissions, reason: string): void {
  at.connection = null;
  if (at.expiry) clearTimeout(at.expiry);
  if (at.timer) clearTimeout(at.timer);
  at.expiry = at.timer = null;
  const written = [...at.unanswered.values()];
  const waiting = at.queue;
  at.unanswered.clear();
  at.queue = [];
  for (const segment of written) {
    segment.message.unanswered--;
    finish(at, segment, { outcome: 'unknown', reason });
  }
  for (const segment of waiting) finish(at, segment, { outcome: 'unsent', reason });
  at.changed();
}
