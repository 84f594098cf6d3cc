import type { Logger } from 'pino';
import type { OutboundMessage, SubmitResult } from '../carrier.ts';
import { STATUS, statusName, statusOf } from './codec/status.ts';
import { SmppError } from './codec/pdu.ts';
import type { MessageResp, Plain } from './codec/pdu.ts';
import type { Connection } from './connection.ts';
import type { SmppSettings } from './settings.ts';
import { resultOf } from './tally.ts';
import type { SegmentOutcome } from './tally.ts';
import { createThrottle } from './throttle.ts';
import { createTrouble } from './trouble.ts';
import { createTokenBucket } from '../token-bucket.ts';

/** How often one segment of a message that the carrier has in part is tried again: with the longest pauses, three minutes. */
const MOST_AGAIN = 10;
/**
 * What a status means, where settings say nothing else: any other is a refusal for good. `deferred`: the carrier has a trouble of its
 * own, and nothing of what was submitted.
 */
const OUTCOMES: [number, SmppSettings['outcomes'][string]][] = [
  [STATUS.throttled, 'throttled'],
  [STATUS.queueFull, 'throttled'],
  [STATUS.systemError, 'deferred'],
  [STATUS.receiverTemporary, 'deferred'],
];

type Message = { outcomes: SegmentOutcome[]; open: number; unanswered: number; settle(result: SubmitResult): void };
type Segment = { message: Message; index: number; frame: Buffer; again: number; writtenAt: number };

export type Submitter = {
  submit(message: OutboundMessage): Promise<SubmitResult>;
  /** Submissions go there from now on. */
  attach(connection: Connection): void;
  /** The connection is gone: what was written is in doubt, the rest unsent. */
  detach(reason: string): void;
  /** An answer to something submitted here. */
  answered(pdu: MessageResp | Plain): void;
  /** Writes what the window, the rate and the carrier's patience allow. */
  pump(): void;
  /** How many messages may be handed in at once. */
  window(): number;
  /** What the carrier answers to one submission after the other, where it takes none. */
  refusing(): string | null;
  /** False while there is no connection, or a pause. */
  ready(): boolean;
  unanswered(): number;
  /** Segments without an outcome, written or not. */
  unfinished(): number;
  /** Takes nothing more; what was begun is finished. */
  stop(): void;
};

type Deps = {
  log: Logger;
  segmentsOf: (message: OutboundMessage) => Buffer[];
  /** The carrier's id in the form in which receipts will name it. */
  referenceOf: (id: string) => string;
  /** `ready` may have become true, or nothing may be left to wait for. */
  changed: () => void;
};

/** The window, the rate, the pauses and the timers of one session's submissions. Every message gets one answer, whatever happens. */
export function createSubmitter(settings: SmppSettings, { log, segmentsOf, referenceOf, changed }: Deps): Submitter {
  const rate = settings.segmentsPerSecond === undefined ? null : settings.segmentsPerSecond / settings.maxBinds;
  const bucket = createTokenBucket(rate);
  const outcomes = new Map(OUTCOMES);
  for (const [name, outcome] of Object.entries(settings.outcomes)) outcomes.set(statusOf(name) ?? 0, outcome);
  const throttle = createThrottle(settings.throttleMinMs, settings.throttleMaxMs);
  const trouble = createTrouble();
  // While it takes nothing, one after each pause asks whether it does again.
  const window = (): number => (trouble.lasts() ? 1 : settings.window);
  /** By sequence number, oldest first. */
  const unanswered = new Map<number, Segment>();
  /** Not written yet, or written and put back by the carrier (those come first). */
  let queue: Segment[] = [];
  let connection: Connection | null = null;
  let stopped = false;
  let expiry: NodeJS.Timeout | null = null;
  let wake: NodeJS.Timeout | null = null;

  function submit(outbound: OutboundMessage): Promise<SubmitResult> {
    if (stopped) return Promise.resolve({ outcome: 'unsent', reason: 'the session is closing' });
    if (!connection) return Promise.resolve({ outcome: 'unsent', reason: 'not bound' });
    let frames: Buffer[];
    try {
      frames = segmentsOf(outbound);
    } catch (error) {
      if (!(error instanceof SmppError)) throw error;
      log.warn({ messageId: outbound.id, problem: error.message }, 'A message can not be put into SMPP');
      return Promise.resolve({ outcome: 'rejected', code: 'unencodable' });
    }
    const { promise, resolve } = Promise.withResolvers<SubmitResult>();
    const message: Message = { outcomes: [], open: frames.length, unanswered: 0, settle: resolve };
    for (const [index, frame] of frames.entries()) queue.push({ message, index, frame, again: 0, writtenAt: 0 });
    return promise;
  }

  function pump(): void {
    if (!connection) return;
    while (queue.length > 0 && unanswered.size < window()) {
      const pauseMs = throttle.remainingMs();
      if (pauseMs > 0) return wakeIn(pauseMs);
      if (!bucket.take()) return wakeIn(bucket.waitMs());
      const segment = queue.shift();
      if (segment) write(connection, segment);
    }
  }

  function write(to: Connection, segment: Segment): void {
    segment.writtenAt = performance.now();
    segment.message.unanswered++;
    unanswered.set(to.sendFrame(segment.frame), segment);
    expiry ??= setTimeout(expire, settings.responseTimeoutMs);
  }

  function wakeIn(ms: number): void {
    wake ??= setTimeout(() => {
      wake = null;
      // Timers may be early by a fraction, and others shorter than the pause.
      const pauseMs = throttle.remainingMs();
      if (pauseMs > 0) return wakeIn(pauseMs);
      pump();
      changed();
    }, ms);
  }

  function answered(pdu: MessageResp | Plain): void {
    const { sequence, status } = pdu;
    const segment = unanswered.get(sequence);
    // Too late, or never ours: the message was answered for already.
    if (!segment) return;
    unanswered.delete(sequence);
    segment.message.unanswered--;
    const means = outcomes.get(status);
    if (means === 'throttled') {
      pause();
      const whole = { outcome: 'throttled', retryAfterMs: throttle.remainingMs() } as const;
      return putBack(segment, whole, { outcome: 'unknown', reason: 'sent in part, then throttled' });
    }
    if (means === 'deferred') return defer(segment, statusName(status));
    trouble.over();
    if (status === STATUS.ok && pdu.command === 'submit_sm_resp') {
      throttle.relieved(segment.writtenAt);
      return finish(segment, { outcome: 'accepted', reference: referenceOf(pdu.messageId) });
    }
    if (means === 'unknown') return finish(segment, { outcome: 'unknown', reason: statusName(status) });
    if (status === STATUS.wrongBindState && means === undefined) {
      finish(segment, { outcome: 'unsent', reason: 'the carrier takes us for unbound' });
      return connection?.drop('the carrier takes us for unbound');
    }
    finish(segment, { outcome: 'rejected', code: statusName(status || STATUS.unknown) });
  }

  function pause(): void {
    throttle.hit();
    wakeIn(throttle.remainingMs());
  }

  /** One message's trouble holds up no other; that of a run is the line's. */
  function defer(segment: Segment, code: string): void {
    const { open, outcomes } = segment.message;
    const begins = trouble.met(code);
    if (trouble.lasts() || open > 1 || outcomes.length > 0) pause();
    if (begins) {
      log.error(
        { alarm: 'smpp-submits-refused', code },
        'The carrier refuses every message for now: its line is paused, and tried now and then',
      );
      handBack();
    }
    putBack(segment, { outcome: 'deferred', code }, { outcome: 'rejected', code });
  }

  /** What was not begun waits where it may still be called off. */
  function handBack(): void {
    const whole = new Set(
      queue.map(({ message }) => message).filter(({ unanswered: written, outcomes }) => written + outcomes.length === 0),
    );
    for (const message of whole) {
      forget(message);
      message.settle({ outcome: 'throttled', retryAfterMs: throttle.remainingMs() });
    }
  }

  /** `whole`: what the message is if the carrier has nothing of it; `atLast`: what becomes of a part that was tried often enough. */
  function putBack(segment: Segment, whole: SubmitResult, atLast: SegmentOutcome): void {
    const { message } = segment;
    segment.again++;
    if (segment.again > MOST_AGAIN) return finish(segment, atLast);
    if (message.outcomes.some(({ outcome }) => outcome === 'rejected')) {
      return finish(segment, { outcome: 'unsent', reason: 'another part was rejected' });
    }
    queue.unshift(segment);
    // The carrier has nothing of it, nor may it get anything: the whole message can wait elsewhere.
    if (message.unanswered > 0 || message.outcomes.some(({ outcome }) => outcome !== 'unsent')) return;
    forget(message);
    message.settle(whole);
    changed();
  }

  function finish(segment: Segment, outcome: SegmentOutcome): void {
    const { message } = segment;
    message.outcomes[segment.index] = outcome;
    message.open--;
    if (outcome.outcome === 'rejected' && message.open > 0) message.open -= forget(message);
    if (message.open > 0) return;
    // Those left out after a refusal have no outcome.
    message.settle(resultOf(message.outcomes.filter((known) => known !== undefined)));
    changed();
  }

  /** Takes the message's segments out of the queue; answers how many. */
  function forget(message: Message): number {
    const before = queue.length;
    queue = queue.filter((segment) => segment.message !== message);
    return before - queue.length;
  }

  function expire(): void {
    expiry = null;
    const latest = performance.now() - settings.responseTimeoutMs;
    for (const [sequence, segment] of unanswered) {
      if (segment.writtenAt > latest) {
        expiry = setTimeout(expire, Math.ceil(segment.writtenAt - latest));
        break;
      }
      unanswered.delete(sequence);
      segment.message.unanswered--;
      finish(segment, { outcome: 'unknown', reason: 'no answer in time' });
    }
    pump();
  }

  function detach(reason: string): void {
    connection = null;
    if (expiry) clearTimeout(expiry);
    if (wake) clearTimeout(wake);
    expiry = wake = null;
    const written = [...unanswered.values()];
    const waiting = queue;
    unanswered.clear();
    queue = [];
    for (const segment of written) {
      segment.message.unanswered--;
      finish(segment, { outcome: 'unknown', reason });
    }
    for (const segment of waiting) finish(segment, { outcome: 'unsent', reason });
    changed();
  }

  return {
    submit,
    attach(fresh) {
      connection = fresh;
      const pauseMs = throttle.remainingMs();
      if (pauseMs > 0) wakeIn(pauseMs);
      changed();
    },
    detach,
    answered,
    pump,
    window,
    refusing: () => trouble.shown(),
    ready: () => connection !== null && !stopped && throttle.remainingMs() === 0,
    unanswered: () => unanswered.size,
    unfinished: () => unanswered.size + queue.length,
    stop() {
      stopped = true;
      const begun = (segment: Segment): boolean => segment.message.unanswered > 0 || segment.message.outcomes.length > 0;
      const dropped = queue.filter((segment) => !begun(segment));
      queue = queue.filter(begun);
      for (const segment of dropped) finish(segment, { outcome: 'unsent', reason: 'the session is closing' });
      changed();
    },
  };
}
