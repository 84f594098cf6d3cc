import { defineQuery, proxyActivities, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { WaitingDelivery } from '../activities/callbacks/hold-callbacks.ts';
import type { DrainEndpoint, EndpointStep } from '../activities/callbacks/recover-endpoint.ts';
import { CALLBACKS_RETRY } from '../domain/task-queues.ts';
import { drainLoop } from './drain-loop.ts';

export const endpointHealth = defineQuery<Omit<EndpointStep, 'sleepMs'> | 'not looked yet'>('endpointHealth');

/** A delivery by its or its reply's id, if among the oldest. */
export const delivery = defineQuery<WaitingDelivery | 'not among the oldest', [id: string]>('delivery');

// Claimed before posting: a retried drain posts nothing twice.
const { drainEndpoint } = proxyActivities<DrainEndpoint>({
  taskQueue: CALLBACKS_RETRY,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Tends one endpoint in trouble until it is healthy, stopped, or owed nothing. */
export async function recoverEndpoint(endpointId: string): Promise<void> {
  let last: EndpointStep | null = null;
  setHandler(endpointHealth, () => last ?? 'not looked yet');
  setHandler(
    delivery,
    (id) => last?.oldest?.find(({ deliveryId, replyId }) => deliveryId === id || replyId === id) ?? 'not among the oldest',
  );
  await drainLoop(async () => {
    const step = await drainEndpoint(endpointId);
    if (step.health !== last?.health)
      upsertSearchAttributes({ Phase: [step.health], ...(step.accountId === null ? {} : { AccountId: [step.accountId] }) });
    last = step;
    setCurrentDetails(inWords(step));
    return step;
  }, [endpointId]);
}

/** For Temporal's UI. */
const inWords = ({ health, backlog, oldest = [], attemptsAtMost, lastFailure, nextTryAt }: EndpointStep): string =>
  [
    `${health}, ${backlog} waiting`,
    lastFailure
      ? `last failure ${lastFailure.class}${lastFailure.status === null ? '' : ` (${lastFailure.status})`} at ${lastFailure.at}`
      : null,
    nextTryAt !== null ? `next try at ${nextTryAt}` : null,
    ...oldest
      .slice(0, 5)
      .map(
        (each) =>
          `reply ${each.replyId ?? 'none'}: attempt ${each.attempt} of ${attemptsAtMost ?? '?'}, ${each.lastFailure ?? ''}, next ${each.nextAt ?? 'held'}`,
      ),
  ]
    .filter((part) => part !== null)
    .join('\n- ');
