import { patched, proxyActivities } from '@temporalio/workflow';
import type { Sweep } from '../activities/maintenance/sweep.ts';
import { settleAll } from './settle-all.ts';

// Reads, and idempotent starts: quick, so retried within the minute.
const starts = proxyActivities<Sweep>({
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 2 },
});

// May take most of the minute; the next sweep is the retry.
const works = proxyActivities<Sweep>({
  startToCloseTimeout: '50 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

// Older runs had one activity.
const before = proxyActivities<{ sweep(): Promise<void> }>({
  startToCloseTimeout: '50 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** Every minute: starts what a crash left in the database. Jobs do not stop each other, and failed ones are named. */
export async function sweep(): Promise<void> {
  if (!patched('named-jobs')) return before.sweep();
  // Alarms and endpoint wake-ups below wait for these two.
  const watched = works.watchCarriers();
  const reclaimed = works.reclaimAttempts();
  await settleAll({
    startReplies: starts.startReplies(),
    startPartials: works.startPartials(),
    startMessages: starts.startMessages(),
    startCampaigns: starts.startCampaigns(),
    tellCampaigns: starts.tellCampaigns(),
    startImports: starts.startImports(),
    startPreviews: starts.startPreviews(),
    startReplays: starts.startReplays(),
    startSyncs: starts.startSyncs(),
    startResults: starts.startResults(),
    matchReceipts: works.matchReceipts(),
    endDoubts: works.endDoubts(),
    watchCarriers: watched,
    postAlarms: watched.catch(() => {}).then(() => works.postAlarms()),
    forgetAlarms: works.forgetAlarms(),
    failOverQueued: works.failOverQueued(),
    reclaimAttempts: reclaimed,
    abortLeft: works.abortLeft(),
    wakeCallbacks: starts.wakeCallbacks(),
    wakeEndpoints: reclaimed.catch(() => {}).then(() => starts.wakeEndpoints()),
    wakeEmails: starts.wakeEmails(),
    forgetStale: works.forgetStale(),
  });
}
