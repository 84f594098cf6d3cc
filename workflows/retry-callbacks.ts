import { proxyActivities } from '@temporalio/workflow';
import type { DrainCallbacks } from '../activities/callbacks/retry-due-callbacks.ts';
import { CALLBACKS_RETRY } from '../domain/task-queues.ts';
import { drainLoop } from './drain-loop.ts';

// Each delivery is claimed before its attempt: a drain tried again posts nothing twice.
const { drainCallbacks } = proxyActivities<DrainCallbacks>({
  taskQueue: CALLBACKS_RETRY,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** The one run that retries callbacks: whatever is due, across endpoints, until nothing is owed. */
export const retryCallbacks = (): Promise<void> => drainLoop(drainCallbacks);
