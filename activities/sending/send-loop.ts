import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { CarrierSession, OutboundMessage, SubmitResult } from '../../carriers/carrier.ts';
import type { ClaimFacts } from './claim-facts.ts';
import { createRoundRobinQueue } from './round-robin-queue.ts';
import { putOff, type SimPace } from './sim-pace.ts';
import { STOP_AFTER_MS, type Slot } from './slot-lease.ts';
import { settleAndClaim, type Claim, type Settled } from './claim-and-settle.ts';

/** Messages of one account handed in together. `done` resolves when each has had its turn: gone, done without going, or left `queued`. */
type Job = { account: string; waiting: OutboundMessage[]; open: number; done: () => void; failed: (error: Error) => void };

/** The slot was lost or given up while messages waited for a turn: they are still `queued`. */
export class SlotLost extends Error {}

export type SendLoop = {
  /**
   * Gives every message one turn; accounts take turns first, then what each of them handed in. Rejects with SlotLost; then what
   * had no turn is still `queued`.
   */
  send(messages: OutboundMessage[], account?: string): Promise<void>;
  /** While paused nothing new is claimed; what waits goes on waiting. */
  pause(paused: boolean): void;
  /** Messages that the carrier took so far. */
  accepted(): number;
  /** When the lease was last renewed, by this process's monotonic clock. */
  renewed(atMs: number): void;
  /** Takes no more messages and resolves when every result under way is stored. */
  stop(): Promise<void>;
};

/**
 * The one loop that writes to a slot: at most `session.window` rows are `submitting` at any time, whatever the number of
 * batches sending here. Accounts are served in rotation, and the batches of each: one account's million does not hold back
 * another's hundred. A turn starts when half the window is back, or when nothing else comes.
 */
export function createSendLoop({
  pool,
  slot,
  session,
  log,
  mark,
  room,
  pace,
  onResult,
  onLost,
}: {
  pool: Pool;
  slot: Slot;
  session: CarrierSession;
  log: Logger;
  mark?: (message: OutboundMessage) => ClaimFacts;
  /** Resolves when what comes in leaves room for a turn. */
  room?: () => Promise<void>;
  /** For a carrier that sends by SIMs: what each may send now. */
  pace?: SimPace;
  /** Hears what the carrier made of each message. */
  onResult?: (outcome: SubmitResult['outcome']) => void;
  /** The loop has ended by itself and sends nothing more: its slot is to be given up, though its lease may still be renewed. */
  onLost?: (reason: string) => void;
}): SendLoop {
  const jobs = createRoundRobinQueue<Job>((job) => job.account);
  const flying = new Map<string, Job>();
  /** How long until a SIM that something waits for may send. */
  let restMs = 0;
  let finished: Settled[] = [];
  let owners: Job[] = [];
  let state: 'open' | 'stopping' | 'lost' = 'open';
  let renewedAt = performance.now();
  let wake: () => void = () => {};
  let turning = false;
  let paused = false;
  let accepted = 0;

  const leaseIsSafe = () => performance.now() - renewedAt < STOP_AFTER_MS;

  /** The first whose SIM may send now. */
  function takeReady({ waiting }: Job): OutboundMessage | undefined {
    if (!pace) return waiting.shift();
    let soonest = Infinity;
    for (const [index, message] of waiting.entries()) {
      const ms = pace.waitMs(message);
      if (ms === 0) return waiting.splice(index, 1)[0];
      soonest = Math.min(soonest, ms);
    }
    restMs = Math.min(restMs, soonest);
    return undefined;
  }

  function pick(room: number): { job: Job; message: OutboundMessage }[] {
    const picked: { job: Job; message: OutboundMessage }[] = [];
    const going = new Set(flying.keys());
    const resting: Job[] = [];
    restMs = Infinity;
    while (picked.length < room && jobs.size > 0) {
      const job = jobs.next();
      if (!job || job.waiting.length === 0) continue;
      const message = takeReady(job);
      if (!message) {
        resting.push(job);
        continue;
      }
      if (job.waiting.length > 0) jobs.add(job);
      // A batch that is tried again while its first try still waits here: one claim must not be written twice.
      if (going.has(message.id)) {
        close(job);
        continue;
      }
      going.add(message.id);
      pace?.took(message);
      picked.push({ job, message });
    }
    for (const job of resting) jobs.add(job);
    return picked;
  }

  /** What does not fit into its SIM's day any more waits in the database, not here. */
  async function setAside(sims: SimPace): Promise<void> {
    const over: { job: Job; message: OutboundMessage; ms: number }[] = [];
    for (const job of jobs.clear()) {
      const spent = Map.groupBy(job.waiting, (message) => sims.spentMs(message));
      job.waiting = spent.get(null) ?? [];
      spent.delete(null);
      for (const [ms, messages] of spent) for (const message of messages) if (ms !== null) over.push({ job, message, ms });
      if (job.waiting.length > 0) jobs.add(job);
    }
    if (over.length === 0) return;
    await putOff(
      pool,
      slot.carrierId,
      over.map(({ message, ms }) => ({ id: message.id, ms })),
    ).catch((error: unknown) =>
      log.warn({ err: error, carrierId: slot.carrierId }, 'messages could not be put off; they are tried again'),
    );
    for (const { job } of over) close(job);
  }

  function close(job: Job): void {
    job.open--;
    if (job.open === 0) job.done();
  }

  function lose(reason: string): void {
    if (state === 'lost') return;
    state = 'lost';
    const error = new SlotLost(reason);
    for (const job of new Set([...jobs.clear(), ...flying.values(), ...owners])) job.failed(error);
    wake();
    onLost?.(reason);
  }

  function submit(messages: OutboundMessage[]): void {
    for (const [index, answer] of session.submit(messages).entries()) {
      const message = messages[index];
      if (!message) continue;
      void answer.then((result) => {
        const job = flying.get(message.id);
        flying.delete(message.id);
        finished.push({ id: message.id, result });
        onResult?.(result.outcome);
        if (result.outcome !== 'accepted' && result.outcome !== 'unknown') pace?.gaveBack(message);
        if (result.outcome === 'accepted') accepted++;
        if (job) owners.push(job);
        if (flying.size <= session.window / 2) wake();
      });
    }
  }

  async function turn(): Promise<void> {
    const settled = finished;
    const settledJobs = owners;
    finished = [];
    owners = [];
    const picked = state === 'open' && !paused ? pick(session.window - flying.size) : [];
    // Every SIM that something waits for has just sent.
    if (picked.length === 0 && settled.length === 0) return rest(Math.min(restMs, 250));
    const window = [...flying.keys(), ...picked.map(({ message }) => message.id)];
    let claims: Claim[] | null;
    try {
      await pace?.keep();
      claims = await settleAndClaim(
        pool,
        slot,
        window,
        settled,
        picked.map(({ message }) => message.id),
        mark ? picked.map(({ message }) => mark(message)) : [],
        session.pollReceipts !== undefined,
        [...new Set([...picked.map(({ job }) => job.account), ...settledJobs.map(({ account }) => account)])].filter(Boolean),
      );
    } catch (error) {
      // Whether it was committed is not known, but nothing of it has been written to the socket: what may have been claimed
      // is given back, and what is stored twice is stored once.
      log.warn({ err: error, carrierId: slot.carrierId }, 'a turn could not be stored; it is tried again');
      const back = picked.map(({ message }): Settled => ({
        id: message.id,
        result: { outcome: 'unsent', reason: 'not-stored' },
      }));
      for (const { message } of picked) pace?.gaveBack(message);
      finished = [...settled, ...back, ...finished];
      owners = [...settledJobs, ...picked.map(({ job }) => job), ...owners];
      await rest(500);
      if (!leaseIsSafe()) lose('the database could not be reached');
      return;
    }
    if (claims === null) return lose('the lease is held by another process');

    const states = new Map(claims.map((claim) => [claim.id, claim.state]));
    const going = picked.filter(({ message }) => states.get(message.id) === 'submitting');
    for (const { job, message } of going) flying.set(message.id, job);
    // After the next turn has been asked for, which need not wait until these are written.
    if (going.length > 0)
      setImmediate(() => {
        if (state === 'lost') return;
        if (leaseIsSafe()) submit(going.map(({ message }) => message));
        else lose('the lease ran out before the messages could be written');
      });
    for (const job of settledJobs) close(job);
    for (const { job, message } of picked) {
      if (states.get(message.id) === 'submitting') continue;
      pace?.gaveBack(message);
      close(job);
    }
  }

  /** Until something finishes, arrives or ends, `ms` at most. */
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }

  async function run(): Promise<void> {
    if (turning) return;
    turning = true;
    while (state !== 'lost') {
      const wanted = state === 'open' && jobs.size > 0 && !paused;
      if (wanted && flying.size <= session.window / 2 && session.health().state === 'bound') {
        if (pace) await setAside(pace);
        await room?.();
        await turn();
      } else if (finished.length > 0) {
        // Results that come alone wait a moment for company, never for the other half of a window.
        if (flying.size > 0) await rest(5);
        await turn();
      } else if (jobs.size > 0 || flying.size > 0) await rest(250);
      else break;
    }
    turning = false;
  }

  return {
    send(messages, account = '') {
      if (state !== 'open') return Promise.reject(new SlotLost('the slot is being given up'));
      if (messages.length === 0) return Promise.resolve();
      return new Promise<void>((resolve, reject) => {
        jobs.add({ account, waiting: [...messages], open: messages.length, done: resolve, failed: reject });
        wake();
        void run();
      });
    },
    pause(now) {
      paused = now;
      wake();
    },
    accepted: () => accepted,
    renewed(atMs) {
      renewedAt = atMs;
    },
    async stop() {
      if (state === 'open') state = 'stopping';
      const error = new SlotLost('the slot is being given up');
      for (const job of jobs.clear()) job.failed(error);
      wake();
      while (turning) await new Promise((resolve) => setTimeout(resolve, 10));
      await pace?.keep().catch((error: unknown) => log.warn({ err: error }, 'what SIMs sent could not be written down'));
    },
  };
}
