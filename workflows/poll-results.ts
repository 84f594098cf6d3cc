import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { PollResults } from '../activities/sending/poll-results.ts';
import { carrierQueue } from '../domain/task-queues.ts';

/** Polls one gateway for message results until none is awaited. */
export async function pollResults(carrierId: string): Promise<void> {
  // Reads, applied idempotently. A gateway may be down for days.
  const activities = proxyActivities<PollResults>({
    taskQueue: carrierQueue(carrierId),
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes' },
  });
  for (;;) {
    const { sleepMs } = await activities.pollResults(carrierId);
    if (sleepMs === null) return;
    await sleep(sleepMs);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof pollResults>(carrierId);
  }
}
