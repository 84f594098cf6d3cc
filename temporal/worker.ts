import { bundleWorkflowCode, DefaultLogger, type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { CALLBACKS_RETRY, carrierQueue, CONTROL, MAIL } from '../domain/task-queues.ts';
import { heartbeats } from './heartbeats.ts';
import type { TracedRuns } from './trace-runs.ts';

export type Activities = Record<'control' | 'callbacksRetry' | 'mail' | 'carrier', object>;

type Deps = {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
  bundle: WorkflowBundleOption;
  traced?: TracedRuns | undefined;
};

/** A running worker; `failed` rejects if it dies. */
export type Running = { shutdown(): Promise<void>; failed: Promise<never>; state(): string };

const workflowFile = (name: string): string =>
  fileURLToPath(new URL(`../workflows/${name}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));

/** Workflow code for the sandbox. Production builds are prebuilt, without tracing. */
export const bundleWorkflows = async (traced = false): Promise<WorkflowBundleOption> =>
  bundleWorkflowCode({
    workflowsPath: workflowFile('index'),
    ...(traced ? { workflowInterceptorModules: [workflowFile('trace-headers')] } : {}),
    logger: new DefaultLogger('WARN'),
  });

const GRACE = '20 seconds' as const;
/** Activities waiting for others' endpoints: many slots, little work. */
const CALLBACK_SLOTS = 400;
/** Most holders wait for their turn: a small campaign must not wait behind large ones' batches. */
const CARRIER_SLOTS = 1000;

export async function openWorkers({ connection, namespace, activities, bundle, traced }: Deps) {
  const common = {
    connection,
    namespace,
    shutdownGraceTime: GRACE,
    interceptors: { activity: [heartbeats, ...(traced ? [traced.activity] : [])] },
  };

  /** Only one worker runs workflows. */
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
      // How long a run's next step waits for its worker before another takes it. The default of 10 s would, after a kill, add to
      // the activity's timeout.
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
