import { ApplicationFailure, patched, proxyActivities } from '@temporalio/workflow';
import type { SyncLowcost, SyncPosition } from '../activities/lowcost/sync-lowcost.ts';
import { carrierQueue } from '../domain/task-queues.ts';

// Bookkeeping of ours: try until it is done.
const { openSync, closeSync } = proxyActivities<SyncLowcost>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '10 seconds',
});

// In pages, each by a condition of its rows: repeating it releases nothing twice.
const { releaseReplies } = proxyActivities<SyncLowcost>({ startToCloseTimeout: '1 hour', heartbeatTimeout: '10 seconds' });

/**
 * The nightly sync of one gateway, then whatever was asked for meanwhile: everything it holds is stored, and what is old enough
 * is released. A gateway that is down is caught up by the next.
 */
export async function syncLowcost(carrierId: string): Promise<void> {
  for (let onlyAsked = false; ; onlyAsked = true) {
    const runId = await openSync(carrierId, onlyAsked);
    if (runId === null) return;
    await syncOnce(carrierId, runId);
  }
}

async function syncOnce(carrierId: string, runId: string): Promise<void> {
  // Reads from the gateway and stores what is new: repeating it brings nothing twice.
  const { syncPages } = proxyActivities<SyncLowcost>({
    taskQueue: carrierQueue(carrierId),
    scheduleToStartTimeout: '30 minutes',
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 8 },
  });
  // Replies that came by webhook, or were read earlier, do not wait for a gateway that is down.
  const releases = patched('release-replies');
  if (releases) await releaseReplies(runId);
  let failure: string | null = null;
  try {
    let position: SyncPosition | null = null;
    for (;;) {
      const step: Awaited<ReturnType<typeof syncPages>> = await syncPages(runId, position);
      if (step.done) break;
      position = step.position;
    }
  } catch (error) {
    failure = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : 'unknown';
  }
  if (releases) await releaseReplies(runId);
  await closeSync(runId, failure === null ? null : failure.slice(0, 500));
  if (failure !== null) throw ApplicationFailure.nonRetryable(`The sync failed: ${failure}`);
}
