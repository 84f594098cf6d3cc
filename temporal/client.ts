import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { CONTROL } from '../domain/task-queues.ts';
import type * as workflows from '../workflows/index.ts';
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
  /** This process has a worker on the same connection, which can get the run's first task with the start. */
  requestEagerStart: boolean;
  pages: FiledPages;
  /** Temporal accepted a run for unfiled replies: leave them alone for a while. */
  onHandedAgain: (replyIds: string[]) => Promise<void>;
  createSyncSchedule: (carrierId: string) => Promise<void>;
};

/** Deadline of a start: no answer waits for it, so it may outlast short outages. */
const START_MS = 10_000;

type LongRun = 'retry-callbacks' | 'retry-emails' | `endpoint/${string}`;

type Workflows = typeof workflows;
/** Workflows whose argument is a row's id. */
type RowWorkflow = { [N in keyof Workflows]: Workflows[N] extends (id: string) => Promise<unknown> ? N : never }[keyof Workflows];

export type TemporalRuns = Runs & {
  lagging(): boolean;
  /** Like `deliverReplies`, for unfiled replies. */
  deliverAgain(replyIds: string[]): void;
  /** Runs a first workflow, so that the first reply meets loaded code. */
  warmUp(): Promise<void>;
  /** Starts the run if needed, and wakes it. */
  signal(run: LongRun): Promise<void>;
  /** Starts what is batched and waits for calls under way. */
  flush(): Promise<void>;
};

/** Calls with deadlines; `over` waits for those under way. */
function createCalls(client: Client) {
  const underWay = new Set<Promise<unknown>>();
  return {
    soon<T>(work: () => Promise<T>): Promise<T> {
      const call = client.withDeadline(Date.now() + START_MS, work);
      const over: Promise<unknown> = call.then(
        () => underWay.delete(over),
        () => underWay.delete(over),
      );
      underWay.add(over);
      return call;
    },
    over: () => Promise.all(underWay),
  };
}
type Calls = ReturnType<typeof createCalls>;

/** Batches for runs over several rows. Page ids are fresh: the database is the only dedupe. */
function createStarters({ client, log, repliesPerRun, requestEagerStart, pages, onHandedAgain }: Deps, { soon }: Calls) {
  const again = new Set<string>();
  const replies = createBatchStarter({
    log,
    pageSize: repliesPerRun,
    start(replyIds, lagging) {
      const workflowId = `replies/${randomUUID()}`;
      const found = replyIds.filter((id) => again.delete(id));
      return pages.start(workflowId, replyIds, async () => {
        await soon(() =>
          client.workflow.start<Workflows['deliverReplyPage']>('deliverReplyPage', {
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
      const options = { workflowId, taskQueue: CONTROL, staticSummary: `${ids.length} messages`, requestEagerStart };
      return pages.start(workflowId, [], () =>
        soon(() => client.workflow.start<Workflows['sendMessages']>('sendMessages', { ...options, args: [ids] })),
      );
    },
  });
  // One at a time, after the last has looked: thousands failing at once delay no first attempt.
  const endpoints = createBatchStarter({
    log,
    pageSize: 1,
    atOnce: 1,
    start([endpointId = '']) {
      const workflowId = `endpoint/${endpointId}`;
      const options = {
        ...longRun(workflowId),
        staticSummary: 'Looks after one callback endpoint in trouble; ask endpointHealth',
        typedSearchAttributes: attribute(searchAttributes.endpointId, endpointId),
      };
      return pages.start(workflowId, [], () =>
        soon(() =>
          client.workflow.signalWithStart<Workflows['recoverEndpoint']>('recoverEndpoint', { ...options, args: [endpointId] }),
        ),
      );
    },
  });
  return { again, replies, messages, endpoints };
}

const attribute = (key: typeof searchAttributes.accountId, value: string) => new TypedSearchAttributes([{ key, value }]);
const ofAccount = (accountId: string) => attribute(searchAttributes.accountId, accountId);
const longRun = (workflowId: string) =>
  ({ workflowId, taskQueue: CONTROL, workflowIdReusePolicy: 'ALLOW_DUPLICATE', signal: woken }) as const;

type RowOptions = { once?: boolean; staticSummary?: string; typedSearchAttributes?: TypedSearchAttributes };

/** Runs over one row. The sweep repeats failed starts. */
function createRowRuns({ client, log }: Deps, { soon }: Calls) {
  /** An ended run may start again, as a restored database may have missed its end; a running one is left alone. */
  function begin(workflow: RowWorkflow, workflowId: string, { once = false, ...options }: RowOptions): void {
    soon(() =>
      client.workflow.start<(id: string) => Promise<unknown>>(workflow, {
        workflowId,
        taskQueue: CONTROL,
        workflowIdReusePolicy: once ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [workflowId.slice(workflowId.indexOf('/') + 1)],
        ...options,
      }),
    ).catch((error: unknown) => log.warn({ err: error, workflowId }, 'a run could not be started; the sweep starts it later'));
  }
  return {
    sendCampaign: (id) =>
      begin('sendCampaign', `campaign/${id}`, {
        once: true,
        typedSearchAttributes: attribute(searchAttributes.campaignId, id),
      }),
    importRecipients: (id, accountId) =>
      begin('importRecipients', `import/${id}`, {
        once: true,
        staticSummary: 'Makes messages of a list; its beats say how far it is',
        typedSearchAttributes: ofAccount(accountId),
      }),
    previewList: (id, accountId) =>
      begin('previewList', `preview/${id}`, {
        staticSummary: 'Previews the whole of a list; its beats say how far it is',
        typedSearchAttributes: ofAccount(accountId),
      }),
    replayDeliveries: (id, accountId) =>
      begin('replayDeliveries', `replay/${id}`, {
        staticSummary: 'Sends deliveries again; ask replayProgress',
        typedSearchAttributes: ofAccount(accountId),
      }),
    pollResults: (id) => begin('pollResults', `results/${id}`, { staticSummary: 'Asks a gateway what became of its messages' }),
  } satisfies Partial<Runs>;
}

/** The only place that starts, signals or names workflows. */
export function createRuns(deps: Deps): TemporalRuns {
  const { client, log, pages, requestEagerStart, createSyncSchedule } = deps;
  const calls = createCalls(client);
  const { soon } = calls;
  const { again, replies, messages, endpoints } = createStarters(deps, calls);

  async function signal(run: LongRun): Promise<void> {
    if (run === 'retry-callbacks')
      await soon(() => client.workflow.signalWithStart<Workflows['retryCallbacks']>('retryCallbacks', longRun(run)));
    else if (run === 'retry-emails')
      await soon(() => client.workflow.signalWithStart<Workflows['retryEmails']>('retryEmails', longRun(run)));
    else endpoints.add([run.slice('endpoint/'.length)]);
  }
  const wake = (run: LongRun): void =>
    void signal(run).catch((error: unknown) =>
      log.warn({ err: error, workflowId: run }, 'a run could not be woken; the sweep wakes it later'),
    );

  return {
    ...createRowRuns(deps, calls),
    signal,
    lagging: replies.lagging,
    deliverReplies: (ids) => replies.add(ids),
    deliverAgain(ids) {
      for (const id of ids) again.add(id);
      replies.add(ids);
    },
    sendMessages: (ids) => messages.add(ids),
    recoverEndpoint: (endpointId) => wake(`endpoint/${endpointId}`),
    retryCallbacks: () => wake('retry-callbacks'),
    retryEmails: () => wake('retry-emails'),
    campaignChanged: (campaignId) =>
      void soon(() => client.workflow.getHandle(`campaign/${campaignId}`).signal(campaignChanged)).catch((error: unknown) =>
        log.warn({ err: error, campaignId }, 'a campaign could not be told; it looks at its row by itself'),
      ),
    async warmUp() {
      await soon(() =>
        client.workflow.execute<Workflows['deliverReplyPage']>('deliverReplyPage', {
          workflowId: `replies/${randomUUID()}`,
          taskQueue: CONTROL,
          args: [{ replyIds: [], named: false }],
          staticSummary: 'Warms up a worker that has just started',
          requestEagerStart,
        }),
      ).catch((error: unknown) => log.warn({ err: error }, 'a worker starts cold'));
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
    async flush() {
      pages.stop();
      await Promise.all([replies.flush(), messages.flush(), endpoints.flush()]);
      // Retrying a call after its connection closed would end the process.
      await calls.over();
    },
  };
}
