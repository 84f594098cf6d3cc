import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { CarrierSession, OutboundMessage, SubmitResult } from '../../carriers/carrier.ts';
import type { ClaimFacts } from './claim-facts.ts';
import { close, createJobQueue, type Job, type JobQueue, type Picked } from './job-queue.ts';
import { putOff, type SimPace } from './sim-pace.ts';
import { STOP_AFTER_MS, type Slot } from './slot-lease.ts';
import { settleAndClaim, type Claim, type Settled } from './claim-and-settle.ts';

/** The slot was lost or given up; waiting messages are still `queued`. */
export class SlotLost extends Error {}

export type SendLoop = ReturnType<typeof createSendLoop>;

export type SendLoopDeps = {
  pool: Pool;
  slot: Slot;
  session: CarrierSession;
  log: Logger;
  mark?: (message: OutboundMessage) => ClaimFacts;
  /** Resolves when inbound traffic leaves room for a turn. */
  room?: () => Promise<void>;
  pace?: SimPace;
  onResult?: (outcome: SubmitResult['outcome']) => void;
  /** The loop ended by itself: release the slot, though its lease may still be renewed. */
  onLost?: (reason: string) => void;
};

type Loop = SendLoopDeps & {
  jobs: JobQueue;
  /** Messages not yet answered by the carrier. */
  flying: Map<string, Job>;
  /** Results to store, and their jobs. */
  finished: Settled[];
  owners: Job[];
  state: 'open' | 'stopping' | 'lost';
  renewedAt: number;
  wake: () => void;
  turning: boolean;
  paused: boolean;
  accepted: number;
};

/**
 * The only writer of a slot: at most `session.window` rows are `submitting`, however many batches send here. Accounts and their
 * batches take turns: a million messages of one do not hold back another's hundred. A turn starts when half the window is free,
 * or nothing else is expected.
 */
export function createSendLoop(deps: SendLoopDeps) {
  const loop: Loop = {
    ...deps,
    jobs: createJobQueue(deps.pace),
    flying: new Map(),
    finished: [],
    owners: [],
    state: 'open',
    renewedAt: performance.now(),
    wake: () => {},
    turning: false,
    paused: false,
    accepted: 0,
  };
  return {
    /** Gives every message one turn, accounts in rotation. Rejects with SlotLost; messages without a turn are still `queued`. */
    send(messages: OutboundMessage[], account = ''): Promise<void> {
      if (loop.state !== 'open') return Promise.reject(new SlotLost('the slot is being given up'));
      if (messages.length === 0) return Promise.resolve();
      return new Promise<void>((resolve, reject) => {
        loop.jobs.add({ account, waiting: [...messages], open: messages.length, done: resolve, failed: reject });
        loop.wake();
        void run(loop);
      });
    },
    pause(now: boolean): void {
      loop.paused = now;
      loop.wake();
    },
    accepted: () => loop.accepted,
    /** Time of the last lease renewal, monotonic clock. */
    renewed(atMs: number): void {
      loop.renewedAt = atMs;
    },
    /** Takes no more messages; resolves when every result under way is stored. */
    async stop(): Promise<void> {
      if (loop.state === 'open') loop.state = 'stopping';
      const error = new SlotLost('the slot is being given up');
      for (const job of loop.jobs.clear()) job.failed(error);
      loop.wake();
      while (loop.turning) await new Promise((resolve) => setTimeout(resolve, 10));
      await deps.pace
        ?.keep()
        .catch((error: unknown) => deps.log.warn({ err: error }, 'what SIMs sent could not be written down'));
    },
  };
}

async function run(loop: Loop): Promise<void> {
  const { jobs, flying, session, pace } = loop;
  if (loop.turning) return;
  loop.turning = true;
  while (loop.state !== 'lost') {
    const wanted = loop.state === 'open' && jobs.size() > 0 && !loop.paused;
    if (wanted && flying.size <= session.window / 2 && session.health().state === 'bound') {
      if (pace) await setAside(loop, pace);
      await loop.room?.();
      await turn(loop);
    } else if (loop.finished.length > 0) {
      // A lone result waits briefly for others, never for half a window.
      if (flying.size > 0) await rest(loop, 5);
      await turn(loop);
    } else if (jobs.size() > 0 || flying.size > 0) await rest(loop, 250);
    else break;
  }
  loop.turning = false;
}

/** Stores finished results, claims the next rows and submits them. */
async function turn(loop: Loop): Promise<void> {
  const settled = loop.finished;
  const settledJobs = loop.owners;
  loop.finished = [];
  loop.owners = [];
  const picked =
    loop.state === 'open' && !loop.paused ? loop.jobs.pick(loop.session.window - loop.flying.size, loop.flying.keys()) : [];
  // Every needed SIM has just sent.
  if (picked.length === 0 && settled.length === 0) return rest(loop, Math.min(loop.jobs.restMs(), 250));
  let claims: Claim[] | null;
  try {
    claims = await claim(loop, settled, settledJobs, picked);
  } catch (error) {
    // The commit's outcome is unknown, but nothing was written to the socket: possible claims are given back, and storing a
    // result twice has no effect.
    loop.log.warn({ err: error, carrierId: loop.slot.carrierId }, 'a turn could not be stored; it is tried again');
    const back = picked.map(({ message }): Settled => ({ id: message.id, result: { outcome: 'unsent', reason: 'not-stored' } }));
    for (const { message } of picked) loop.pace?.gaveBack(message);
    loop.finished = [...settled, ...back, ...loop.finished];
    loop.owners = [...settledJobs, ...picked.map(({ job }) => job), ...loop.owners];
    await rest(loop, 500);
    if (!leaseIsSafe(loop)) lose(loop, 'the database could not be reached');
    return;
  }
  if (claims === null) return lose(loop, 'the lease is held by another process');
  for (const job of settledJobs) close(job);
  send(loop, picked, claims);
}

async function claim(loop: Loop, settled: Settled[], settledJobs: Job[], picked: Picked[]): Promise<Claim[] | null> {
  const { pool, slot, session, mark } = loop;
  const ids = picked.map(({ message }) => message.id);
  await loop.pace?.keep();
  return settleAndClaim(pool, slot, {
    window: [...loop.flying.keys(), ...ids],
    settled,
    wanted: ids,
    marks: mark ? picked.map(({ message }) => mark(message)) : [],
    asksResults: session.pollReceipts !== undefined,
    accounts: [...new Set([...picked.map(({ job }) => job), ...settledJobs].map(({ account }) => account))].filter(Boolean),
  });
}

/** Submits the claimed messages; the other picked ones have had their turn. */
function send(loop: Loop, picked: Picked[], claims: Claim[]): void {
  const claimed = new Set(claims.flatMap(({ id, state }) => (state === 'submitting' ? [id] : [])));
  const going = picked.filter(({ message }) => claimed.has(message.id));
  for (const { job, message } of going) loop.flying.set(message.id, job);
  // The next turn need not wait for the writes.
  if (going.length > 0)
    setImmediate(() => {
      if (loop.state === 'lost') return;
      const messages = going.map(({ message }) => message);
      if (leaseIsSafe(loop)) submit(loop, messages);
      else lose(loop, 'the lease ran out before the messages could be written');
    });
  for (const { job, message } of picked) {
    if (claimed.has(message.id)) continue;
    loop.pace?.gaveBack(message);
    close(job);
  }
}

function submit(loop: Loop, messages: OutboundMessage[]): void {
  const { flying, session, pace } = loop;
  for (const [index, answer] of session.submit(messages).entries()) {
    const message = messages[index];
    if (!message) continue;
    void answer.then((result) => {
      const job = flying.get(message.id);
      flying.delete(message.id);
      loop.finished.push({ id: message.id, result });
      loop.onResult?.(result.outcome);
      if (result.outcome !== 'accepted' && result.outcome !== 'unknown') pace?.gaveBack(message);
      if (result.outcome === 'accepted') loop.accepted++;
      if (job) loop.owners.push(job);
      if (flying.size <= session.window / 2) loop.wake();
    });
  }
}

/** Messages beyond their SIM's daily cap wait in the database. */
async function setAside({ jobs, pool, slot: { carrierId }, log }: Loop, sims: SimPace): Promise<void> {
  const over = jobs.takeSpent(sims);
  if (over.length === 0) return;
  const waits = over.map(({ message, ms }) => ({ id: message.id, ms }));
  await putOff(pool, carrierId, waits).catch((error: unknown) =>
    log.warn({ err: error, carrierId }, 'messages could not be put off; they are tried again'),
  );
  for (const { job } of over) close(job);
}

function lose(loop: Loop, reason: string): void {
  if (loop.state === 'lost') return;
  loop.state = 'lost';
  const error = new SlotLost(reason);
  for (const job of new Set([...loop.jobs.clear(), ...loop.flying.values(), ...loop.owners])) job.failed(error);
  loop.wake();
  loop.onLost?.(reason);
}

const leaseIsSafe = (loop: Loop): boolean => performance.now() - loop.renewedAt < STOP_AFTER_MS;

/** Until something finishes, arrives or ends; `ms` at most. */
function rest(loop: Loop, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    loop.wake = () => {
      clearTimeout(timer);
      setImmediate(resolve);
    };
  });
}
