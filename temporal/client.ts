import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { CONTROL } from '../domain/task-queues.ts';
import type {
  deliverReplyPage,
  pollResults,
  recoverEndpoint,
  replayDeliveries,
  retryCallbacks,
  retryEmails,
  sendCampaign,
  sendMessages,
  importRecipients,
  previewList,
} from '../workflows/index.ts';
import { campaignChanged, woken } from '../workflows/signals.ts';
import { createBatchStarter } from './batch-starter.ts';
import type { FiledPages } from './filed-pages.ts';
import type { Runs } from './runs.ts';
import { searchAttributes } from './connect.ts';
import { syncScheduleId } from './schedules.ts';

type Deps = {
  client: Client;
  log: Logger;
  repliesPerRun: number;
  /** Whether this process has a worker on the same connection, which a start may hand the run's first task. */
  requestEagerStart: boolean;
  pages: FiledPages;
  /** Called when Temporal accepted a run for replies that had none, or a lost one: they are left alone for a while. */
  onHandedAgain: (replyIds: string[]) => Promise<void>;
  /** How a gateway's nightly schedule is made. */
  createSyncSchedule: (carrierId: string) => Promise<void>;
};

/** How long a start may take: it holds back no answer, so it may wait out a short hiccup. */
const START_MS = 10_000;

/** A run that had ended may begin again, for a database that was restored may not know that it had; one that goes on is left alone. */
const ONE_AT_A_TIME = {
  taskQueue: CONTROL,
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  workflowIdConflictPolicy: 'USE_EXISTING',
} as const;

const ofAccount = (accountId: string) => new TypedSearchAttributes([{ key: searchAttributes.accountId, value: accountId }]);

/** The long-lived runs, by their workflow ids. */
type LongRun = 'retry-callbacks' | 'retry-emails' | `endpoint/${string}`;

export type TemporalRuns = Runs & {
  /** Whether more replies wait for a run than a page holds. */
  lagging(): boolean;
  /** Gathers replies that nobody filed into runs. */
  deliverAgain(replyIds: string[]): void;
  /** Has a first run through, so that the first reply meets workflow code that is loaded. */
  warmUp(): Promise<void>;
  /** Starts the run if there is none, and has it look again. */
  signal(run: LongRun): Promise<void>;
  /** Starts what is still gathered, and waits for what is being asked of Temporal. */
  flush(): Promise<void>;
};

/** The only place that starts, signals or names workflows. */
export function createRuns({
  client,
  log,
  repliesPerRun,
  requestEagerStart,
  pages,
  onHandedAgain,
  createSyncSchedule,
}: Deps): TemporalRuns {
  const underWay = new Set<Promise<unknown>>();
  const soon = <T>(work: () => Promise<T>): Promise<T> => {
    const call = client.withDeadline(Date.now() + START_MS, work);
    const over: Promise<unknown> = call.then(
      () => underWay.delete(over),
      () => underWay.delete(over),
    );
    underWay.add(over);
    return call;
  };

  const again = new Set<string>();
  // A fresh id each: a page that begins with the same reply as another must not be swallowed. The database is the only dedupe.
  const replies = createBatchStarter({
    log,
    pageSize: repliesPerRun,
    start(replyIds, lagging) {
      const workflowId = `replies/${randomUUID()}`;
      const found = replyIds.filter((id) => again.delete(id));
      return pages.start(workflowId, replyIds, async () => {
        await soon(() =>
          client.workflow.start<typeof deliverReplyPage>('deliverReplyPage', {
            workflowId,
            taskQueue: CONTROL,
            args: [{ replyIds, named: !lagging }],
            staticSummary: `${replyIds.length} replies`,
            requestEagerStart,
          }),
        );
        if (found.length > 0) await onHandedAgain(found);
      });
    },
  });
  const messages = createBatchStarter({
    log,
    pageSize: 500,
    start(ids) {
      const workflowId = `messages/${randomUUID()}`;
      return pages.start(workflowId, [], () =>
        soon(() =>
          client.workflow.start<typeof sendMessages>('sendMessages', {
            workflowId,
            taskQueue: CONTROL,
            args: [ids],
            staticSummary: `${ids.length} messages`,
            requestEagerStart,
          }),
        ),
      );
    },
  });

  // One after the other, each when the one before has looked: thousands that fail at once delay nobody's first attempt.
  const endpoints = createBatchStarter({
    log,
    pageSize: 1,
    atOnce: 1,
    start: ([endpointId = '']) =>
      pages.start(`endpoint/${endpointId}`, [], () =>
        soon(() =>
          client.workflow.signalWithStart<typeof recoverEndpoint>('recoverEndpoint', {
            workflowId: `endpoint/${endpointId}`,
            taskQueue: CONTROL,
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            signal: woken,
            args: [endpointId],
            staticSummary: 'Looks after one callback endpoint in trouble; ask endpointHealth',
            typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.endpointId, value: endpointId }]),
          }),
        ),
      ),
  });

  /** For a run that the sweep starts later where this fails. */
  const begin = (workflowId: string, start: () => Promise<unknown>): void =>
    void soon(start).catch((error: unknown) =>
      log.warn({ err: error, workflowId }, 'a run could not be started; the sweep starts it later'),
    );

  async function signal(run: LongRun): Promise<void> {
    const options = { workflowId: run, taskQueue: CONTROL, workflowIdReusePolicy: 'ALLOW_DUPLICATE', signal: woken } as const;
    if (run === 'retry-callbacks')
      await soon(() => client.workflow.signalWithStart<typeof retryCallbacks>('retryCallbacks', options));
    else if (run === 'retry-emails')
      await soon(() => client.workflow.signalWithStart<typeof retryEmails>('retryEmails', options));
    else endpoints.add([run.slice('endpoint/'.length)]);
  }

  return {
    signal,
    lagging: replies.lagging,
    deliverReplies: (ids) => replies.add(ids),
    deliverAgain(ids) {
      for (const id of ids) again.add(id);
      replies.add(ids);
    },
    async warmUp() {
      await soon(() =>
        client.workflow.execute<typeof deliverReplyPage>('deliverReplyPage', {
          workflowId: `replies/${randomUUID()}`,
          taskQueue: CONTROL,
          args: [{ replyIds: [], named: false }],
          staticSummary: 'Warms up a worker that has just started',
          requestEagerStart,
        }),
      ).catch((error: unknown) => log.warn({ err: error }, 'a worker starts cold'));
    },
    sendMessages: (ids) => messages.add(ids),

    sendCampaign(campaignId) {
      const workflowId = `campaign/${campaignId}`;
      begin(workflowId, () =>
        client.workflow.start<typeof sendCampaign>('sendCampaign', {
          ...ONE_AT_A_TIME,
          workflowId,
          args: [campaignId],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.campaignId, value: campaignId }]),
        }),
      );
    },
    importRecipients(importId, accountId) {
      const workflowId = `import/${importId}`;
      begin(workflowId, () =>
        client.workflow.start<typeof importRecipients>('importRecipients', {
          ...ONE_AT_A_TIME,
          workflowId,
          args: [importId],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          staticSummary: 'Makes messages of a list; its beats say how far it is',
          typedSearchAttributes: ofAccount(accountId),
        }),
      );
    },
    previewList(previewId, accountId) {
      const workflowId = `preview/${previewId}`;
      begin(workflowId, () =>
        client.workflow.start<typeof previewList>('previewList', {
          ...ONE_AT_A_TIME,
          workflowId,
          args: [previewId],
          staticSummary: 'Previews the whole of a list; its beats say how far it is',
          typedSearchAttributes: ofAccount(accountId),
        }),
      );
    },
    replayDeliveries(replayId, accountId) {
      const workflowId = `replay/${replayId}`;
      begin(workflowId, () =>
        client.workflow.start<typeof replayDeliveries>('replayDeliveries', {
          ...ONE_AT_A_TIME,
          workflowId,
          args: [replayId],
          staticSummary: 'Sends deliveries again; ask replayProgress',
          typedSearchAttributes: ofAccount(accountId),
        }),
      );
    },
    pollResults(carrierId) {
      const workflowId = `results/${carrierId}`;
      begin(workflowId, () =>
        client.workflow.start<typeof pollResults>('pollResults', {
          ...ONE_AT_A_TIME,
          workflowId,
          args: [carrierId],
          staticSummary: 'Asks a gateway what became of its messages',
        }),
      );
    },

    campaignChanged(campaignId) {
      soon(() => client.workflow.getHandle(`campaign/${campaignId}`).signal(campaignChanged)).catch((error: unknown) =>
        log.warn({ err: error, campaignId }, 'a campaign could not be told; it looks at its row by itself'),
      );
    },

    scheduleSync: createSyncSchedule,

    async syncNow(carrierId) {
      const trigger = () =>
        soon(() => client.schedule.getHandle(syncScheduleId(carrierId)).trigger(ScheduleOverlapPolicy.BUFFER_ONE));
      await trigger().catch(async (error: unknown) => {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
        await createSyncSchedule(carrierId);
        await trigger();
      });
    },

    async reachable() {
      try {
        await client.withDeadline(Date.now() + 2000, () => client.workflowService.getSystemInfo({}));
        return true;
      } catch {
        return false;
      }
    },

    recoverEndpoint(endpointId) {
      signal(`endpoint/${endpointId}`).catch((error: unknown) =>
        log.warn({ err: error, endpointId }, 'the run of an endpoint could not be woken; the sweep wakes it later'),
      );
    },

    retryCallbacks() {
      signal('retry-callbacks').catch((error: unknown) =>
        log.warn({ err: error }, 'the run of retries could not be woken; the sweep wakes it later'),
      );
    },

    retryEmails() {
      signal('retry-emails').catch((error: unknown) =>
        log.warn({ err: error }, 'the run of mails could not be woken; the sweep wakes it later'),
      );
    },

    async flush() {
      pages.stop();
      await Promise.all([replies.flush(), messages.flush(), endpoints.flush()]);
      // A call that is tried again after its connection was closed would end the process.
      await Promise.all(underWay);
    },
  };
}
