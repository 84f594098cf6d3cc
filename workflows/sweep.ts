import { proxyActivities } from '@temporalio/workflow';
import type { Sweep } from '../activities/sweep.ts';

// The next minute's sweep is this one's retry.
const activities = proxyActivities<Sweep>({
  startToCloseTimeout: '50 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** Every minute: finds what a crash left in the database and starts its run. */
export const sweep = (): Promise<void> => activities.sweep();
