import { proxyActivities, sleep } from '@temporalio/workflow';
import type { CampaignSteps } from '../activities/campaigns/campaign-steps.ts';
import type { SendBatch } from '../activities/sending/send-batch.ts';
import { carrierQueue } from '../domain/task-queues.ts';

// Read: retry until done.
const { groupByCarrier } = proxyActivities<CampaignSteps>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** One run for single messages accepted together. */
export async function sendMessages(messageIds: string[]): Promise<void> {
  const groups = await groupByCarrier(messageIds);
  await Promise.allSettled(groups.map(sendGroup));
}

async function sendGroup({ carrierId, ids }: { carrierId: string; ids: string[] }): Promise<void> {
  // A batch claims by state, so retries are safe. After two hours without a carrier the sweep starts later runs.
  const { sendBatch } = proxyActivities<SendBatch>({
    taskQueue: carrierQueue(carrierId),
    scheduleToCloseTimeout: '2 hours',
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds' },
  });
  for (;;) {
    const { left, waitMs } = await sendBatch({ carrierId, ids });
    if (left === 0) return;
    await sleep(Math.max(waitMs, 1000));
  }
}
