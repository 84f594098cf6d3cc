import { defineQuery, proxyActivities, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { DrainEndpoint, EndpointStep } from '../activities/callbacks/recover-endpoint.ts';
import { CALLBACKS_RETRY } from '../domain/task-queues.ts';
import { drainLoop } from './drain-loop.ts';

/** What is known of the endpoint since the last look: health, backlog, last failure, next try. */
export const endpointHealth = defineQuery<Omit<EndpointStep, 'sleepMs'> | 'not looked yet'>('endpointHealth');

// Each delivery is claimed before its attempt: a drain tried again posts nothing twice.
const { drainEndpoint } = proxyActivities<DrainEndpoint>({
  taskQueue: CALLBACKS_RETRY,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Looks after one endpoint in trouble until it is healthy, or stopped, or nothing is owed to it. */
export async function recoverEndpoint(endpointId: string): Promise<void> {
  let last: EndpointStep | null = null;
  setHandler(endpointHealth, () => last ?? 'not looked yet');
  await drainLoop(async () => {
    const step = await drainEndpoint(endpointId);
    if (step.health !== last?.health) upsertSearchAttributes({ Phase: [step.health] });
    last = step;
    setCurrentDetails(inWords(step));
    return step;
  }, [endpointId]);
}

/** For who looks at the run in Temporal's UI. */
const inWords = ({ health, backlog, lastFailure, nextTryAt }: EndpointStep): string =>
  [
    `${health}, ${backlog} waiting`,
    lastFailure
      ? `last failure ${lastFailure.class}${lastFailure.status === null ? '' : ` (${lastFailure.status})`} at ${lastFailure.at}`
      : null,
    health === 'open' && nextTryAt !== null ? `next try at ${nextTryAt}` : null,
  ]
    .filter((part) => part !== null)
    .join('; ');
