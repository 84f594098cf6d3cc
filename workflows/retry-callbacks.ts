import { proxyActivities } from '@temporalio/workflow';
import type { DrainCallbacks } from '../activities/callbacks/retry-due-callbacks.ts';
import { CALLBACKS_RETRY } from '../domain/task-queues.ts';
import { drainLoop } from './drain-loop.ts';

// Claimed before posting: a retried drain posts nothing twice.
const { drainCallbacks } = proxyActivities<DrainCallbacks>({
  taskQueue: CALLBACKS_RETRY,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** The run that retries callbacks of all endpoints until nothing is owed. */
export const retryCallbacks = (): Promise<void> => drainLoop(drainCallbacks);
