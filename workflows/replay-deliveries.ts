import { continueAsNew, defineQuery, proxyActivities, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { ReplayPage, ReplayStep } from '../activities/callbacks/replay-page.ts';

/** The last page: how many deliveries were put in line, how many left alone. */
export const replayProgress = defineQuery<ReplayStep | 'not begun yet'>('replayProgress');

// Ours and idempotent: page and position are one commit.
const { replayPage } = proxyActivities<ReplayPage>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '30 seconds' },
});

const LONGEST_LOOK_MS = 60_000;

/** Sends deliveries anew, page by page at the rate asked for, and ends when each has had its attempt. The database knows how far it is. */
export async function replayDeliveries(replayId: string): Promise<void> {
  let last: ReplayStep | null = null;
  let looks = 0;
  setHandler(replayProgress, () => last ?? 'not begun yet');
  for (;;) {
    const step = await replayPage(replayId);
    last = step;
    if (step.sleepMs === null) return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replayDeliveries>(replayId);
    // An endpoint may be down for days: it is looked at less and less often.
    if (step.state === 'sending') looks++;
    await sleep(step.state === 'sending' ? Math.min(LONGEST_LOOK_MS, step.sleepMs * 1.3 ** looks) : step.sleepMs);
  }
}
