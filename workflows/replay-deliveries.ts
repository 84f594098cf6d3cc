import { continueAsNew, defineQuery, proxyActivities, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { ReplayPage, ReplayStep } from '../activities/callbacks/replay-page.ts';

/** The last page's counts. */
export const replayProgress = defineQuery<ReplayStep | 'not begun yet'>('replayProgress');

// Idempotent: page and position are one commit.
const { replayPage } = proxyActivities<ReplayPage>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '30 seconds' },
});

const LONGEST_LOOK_MS = 60_000;

/** Sends deliveries again, page by page at the requested rate, until each was attempted. Progress is in the database. */
export async function replayDeliveries(replayId: string): Promise<void> {
  let last: ReplayStep | null = null;
  let looks = 0;
  setHandler(replayProgress, () => last ?? 'not begun yet');
  for (;;) {
    const step = await replayPage(replayId);
    last = step;
    if (step.sleepMs === null) return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replayDeliveries>(replayId);
    // An endpoint may be down for days: look ever less often.
    if (step.state === 'sending') looks++;
    await sleep(step.state === 'sending' ? Math.min(LONGEST_LOOK_MS, step.sleepMs * 1.3 ** looks) : step.sleepMs);
  }
}
