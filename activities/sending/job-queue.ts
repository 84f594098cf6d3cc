import type { OutboundMessage } from '../../carriers/carrier.ts';
import { createRoundRobinQueue } from './round-robin-queue.ts';
import type { SimPace } from './sim-pace.ts';

/** Messages of one account handed in together. `done`: each had its turn (sent, finished unsent, or left `queued`). */
export type Job = { account: string; waiting: OutboundMessage[]; open: number; done: () => void; failed: (error: Error) => void };

export type Picked = { job: Job; message: OutboundMessage };

export type JobQueue = ReturnType<typeof createJobQueue>;

export function close(job: Job): void {
  job.open--;
  if (job.open === 0) job.done();
}

/** Batches waiting for a slot. Accounts take turns, each with its jobs in order. */
export function createJobQueue(pace: SimPace | undefined) {
  const jobs = createRoundRobinQueue<Job>((job) => job.account);
  let restMs = Infinity;

  /** The first message whose SIM may send now. */
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

  return {
    add: jobs.add,
    size: () => jobs.size,
    /** After a pick: time until a needed SIM may send. */
    restMs: () => restMs,
    clear: jobs.clear,
    /** Up to `room` messages, accounts in rotation. One under way already counts as done. */
    pick(room: number, onTheirWay: Iterable<string>): Picked[] {
      const picked: Picked[] = [];
      const going = new Set(onTheirWay);
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
        // A retried batch whose first attempt still waits here: one claim must not be written twice.
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
    },
    /** Removes what exceeds its SIM's day, with the time until that day ends. */
    takeSpent(sims: SimPace): (Picked & { ms: number })[] {
      const over: (Picked & { ms: number })[] = [];
      for (const job of jobs.clear()) {
        const spent = Map.groupBy(job.waiting, (message) => sims.spentMs(message));
        job.waiting = spent.get(null) ?? [];
        spent.delete(null);
        for (const [ms, messages] of spent) for (const message of messages) if (ms !== null) over.push({ job, message, ms });
        if (job.waiting.length > 0) jobs.add(job);
      }
      return over;
    },
  };
}
