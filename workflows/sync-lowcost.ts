import { ApplicationFailure, patched, proxyActivities } from '@temporalio/workflow';
import type { SyncLowcost, SyncPosition } from '../activities/lowcost/sync-lowcost.ts';
import { carrierQueue } from '../domain/task-queues.ts';

// Idempotent bookkeeping: retry until done.
const { openSync, closeSync } = proxyActivities<SyncLowcost>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '10 seconds',
});

// Pages by condition: a repeat releases nothing twice.
const { releaseReplies } = proxyActivities<SyncLowcost>({ startToCloseTimeout: '1 hour', heartbeatTimeout: '10 seconds' });

/**
 * One gateway's nightly sync, then syncs requested meanwhile: stores all it holds, and releases what is old enough. The next sync
 * catches up after an outage.
 */
export async function syncLowcost(carrierId: string): Promise<void> {
  for (let onlyAsked = false; ; onlyAsked = true) {
    const runId = await openSync(carrierId, onlyAsked);
    if (runId === null) return;
    await syncOnce(carrierId, runId);
  }
}

async function syncOnce(carrierId: string, runId: string): Promise<void> {
  // Stores only what is new: repeats add nothing.
  const { syncPages } = proxyActivities<SyncLowcost>({
    taskQueue: carrierQueue(carrierId),
    scheduleToStartTimeout: '30 minutes',
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 8 },
  });
  // Replies from webhooks or earlier reads do not wait for a gateway that is down.
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
