import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { ensureTemporalBinary } from '../../dev/launchers/temporal.ts';
import { CALLBACK_SCHEDULE } from '../../domain/callbacks/retry-schedule.ts';
import { quietWaitMs } from '../../domain/sending/quiet-hours.ts';
import { CALLBACKS_RETRY, carrierQueue, CONTROL } from '../../domain/task-queues.ts';
import { installRuntime } from '../../temporal/runtime.ts';

// Real workflow code on a server of its own, with activities that are told what to answer. Days are seconds: they answer with
// waits that are so many times shorter.
// The product's own: tests that share this process need it too.
installRuntime(pino({ level: 'error' }));
const SHORTER = 50_000;

type Answers = Record<string, (...args: never[]) => unknown>;

async function runOn(queues: Record<string, Answers>, workflowType: string, ...args: unknown[]): Promise<unknown> {
  const path = await ensureTemporalBinary(() => {});
  await using stack = new AsyncDisposableStack();
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      extraArgs: ['AccountId', 'CampaignId', 'EndpointId', 'Phase'].flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    },
  });
  stack.defer(() => env.teardown());
  const workflowBundle = { code: readFileSync(inject('bundlePath'), 'utf8') };
  const workers = await Promise.all(
    Object.entries(queues).map(([taskQueue, activities]) =>
      Worker.create({
        connection: env.nativeConnection,
        taskQueue,
        activities,
        ...(taskQueue === CONTROL ? { workflowBundle } : {}),
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  try {
    return await env.client.workflow.execute(workflowType, { workflowId: randomUUID(), taskQueue: CONTROL, args });
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}

test('75 hours of retries: an endpoint’s run sleeps until each is due, and ends with the last', async () => {
  const waits = CALLBACK_SCHEDULE.slice(2);
  const looks: number[] = [];
  const begun = performance.now();
  await runOn(
    {
      [CONTROL]: {},
      [CALLBACKS_RETRY]: {
        drainEndpoint: async () => {
          looks.push(performance.now() - begun);
          const waitMs = waits[looks.length - 1];
          return {
            sleepMs: waitMs === undefined ? null : waitMs / SHORTER,
            accountId: null,
            health: waitMs === undefined ? 'healthy' : 'unsteady',
            backlog: 1,
            lastFailure: null,
            nextTryAt: null,
          };
        },
      },
    },
    'recoverEndpoint',
    randomUUID(),
  );
  expect(looks).toHaveLength(12);
  const slept = (looks.at(-1) ?? 0) - (looks[0] ?? 0);
  expect(slept).toBeGreaterThanOrEqual(waits.reduce((sum, ms) => sum + ms, 0) / SHORTER);
}, 60_000);

test('a night’s sync reads page by page from where the last ended, releasing before and after', async () => {
  const steps: string[] = [];
  const note = (step: string): void => void steps.push(step);
  const nights = ['night', null];
  await runOn(
    {
      [CONTROL]: {
        openSync: async () => nights.shift() ?? null,
        closeSync: async (_: string, failure: string | null) => note(`closed ${failure ?? 'well'}`),
        releaseReplies: async () => note('released'),
      },
      [carrierQueue('gateway')]: {
        syncPages: async (_: string, position: number | null) => {
          note(`read from ${position ?? 'the start'}`);
          return position === 2 ? { done: true } : { done: false, position: (position ?? 0) + 1 };
        },
      },
    },
    'syncLowcost',
    'gateway',
  );
  expect(steps).toEqual(['released', 'read from the start', 'read from 1', 'read from 2', 'released', 'closed well']);
}, 60_000);

test('a campaign over quiet hours waits an hour more on a clock change, says why, and goes on', async () => {
  // Half past ten in the evening in Paris; the clocks go back at three.
  const evening = new Date('2026-10-24T20:30:00Z');
  const waitMs = quietWaitMs('+33612345678', evening, 'standard');
  expect(waitMs / 3_600_000).toBe(10.5);
  const batches: number[] = [];
  let told = 0;
  const begun = performance.now();
  const totals = await runOn(
    {
      [CONTROL]: {
        lookAtCampaign: async () => ({
          state: 'launched',
          accountId: randomUUID(),
          carrierId: 'line',
          carrierIds: ['line'],
          total: 3,
          startInMs: 0,
        }),
        closeCampaign: async () => batches.length > 1,
        explainCampaign: async () => {
          told++;
          const wait =
            batches.length > 1 ? null : { reason: 'quiet-hours', until: new Date(evening.getTime() + waitMs).toISOString() };
          return { wait, queued: wait ? 3 : 0, totals: wait ? null : { accepted: 3 } };
        },
      },
      [carrierQueue('line')]: {
        sendBatch: async () => {
          batches.push(performance.now() - begun);
          return batches.length > 1 ? { left: 0, waitMs: 0 } : { left: 3, waitMs: waitMs / SHORTER };
        },
      },
    },
    'sendCampaign',
    randomUUID(),
  );
  expect(totals).toEqual({ accepted: 3 });
  expect([batches.length, told]).toEqual([2, 2]);
  expect((batches[1] ?? 0) - (batches[0] ?? 0)).toBeGreaterThanOrEqual(1000);
}, 60_000);
