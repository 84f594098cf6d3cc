import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { PollResults } from '../activities/sending/poll-results.ts';
import { carrierQueue } from '../domain/task-queues.ts';

/** The one run that asks a gateway what became of its messages, until nothing is awaited. */
export async function pollResults(carrierId: string): Promise<void> {
  // Reads from the gateway, and applying a result twice changes nothing. Patient: a gateway may be down for days.
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
