import { bundleWorkflowCode, DefaultLogger, type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { CALLBACKS_RETRY, carrierQueue, CONTROL, MAIL } from '../domain/task-queues.ts';
import { heartbeats } from './heartbeats.ts';
import type { TracedRuns } from './trace-runs.ts';

/** A worker's activities, by queue. Only types of them are known here. */
export type Activities = Record<'control' | 'callbacksRetry' | 'mail' | 'carrier', object>;

type Deps = {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
  bundle: WorkflowBundleOption;
  traced?: TracedRuns | undefined;
};

/** A worker that runs until it is shut down; `failed` rejects when it dies by itself. */
export type Running = { shutdown(): Promise<void>; failed: Promise<never>; state(): string };

const workflowFile = (name: string): string =>
  fileURLToPath(new URL(`../workflows/${name}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));

/** Workflow code for the sandbox. A production build has it made beforehand, without what traces need. */
export const bundleWorkflows = async (traced = false): Promise<WorkflowBundleOption> =>
  bundleWorkflowCode({
    workflowsPath: workflowFile('index'),
    ...(traced ? { workflowInterceptorModules: [workflowFile('trace-headers')] } : {}),
    logger: new DefaultLogger('WARN'),
  });

const GRACE = '20 seconds' as const;
/** Activities that wait for others' endpoints: many slots, little work. */
const CALLBACK_SLOTS = 400;
/** Many, for what holds one mostly waits for its turn: a small campaign must not wait for a place behind the batches of large ones. */
const CARRIER_SLOTS = 1000;

export async function openWorkers({ connection, namespace, activities, bundle, traced }: Deps) {
  const common = {
    connection,
    namespace,
    shutdownGraceTime: GRACE,
    interceptors: { activity: [heartbeats, ...(traced ? [traced.activity] : [])] },
  };

  /** Only one worker carries workflows; the others are for activities. */
  const run = (worker: Worker): Running => {
    const done = worker.run();
    const failed = new Promise<never>((_, reject) => {
      done.catch(reject);
    });
    failed.catch(() => {});
    return {
      failed,
      state: () => worker.getState(),
      async shutdown() {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await done.catch(() => {});
      },
    };
  };
  const forActivities = async (taskQueue: string, of: object, slots: number) =>
    run(await Worker.create({ ...common, taskQueue, activities: of, maxConcurrentActivityTaskExecutions: slots }));

  const fixed = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: CONTROL,
      workflowBundle: bundle,
      // How long a run's next step waits for the worker that knows the run, before any other takes it. Ten seconds by default:
      // after a kill they came on top of those after which its activity counts as lost.
      stickyQueueScheduleToStartTimeout: '3 seconds',
      activities: activities.control,
      maxConcurrentActivityTaskExecutions: CALLBACK_SLOTS,
      maxConcurrentLocalActivityExecutions: CALLBACK_SLOTS,
      maxConcurrentWorkflowTaskExecutions: CALLBACK_SLOTS,
    }).then(run),
    forActivities(CALLBACKS_RETRY, activities.callbacksRetry, CALLBACK_SLOTS),
    forActivities(MAIL, activities.mail, 50),
  ]);

  return {
    fixed,
    carrierWorker: (carrierId: string) => forActivities(carrierQueue(carrierId), activities.carrier, CARRIER_SLOTS),
    async close() {
      await Promise.all(fixed.map((worker) => worker.shutdown()));
    },
  };
}
