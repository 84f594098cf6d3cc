import { expect, test } from 'vitest';
import { openClient } from '../../temporal/connect.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { startApp, until, type App } from '../fixtures/app.ts';
import { anOldRequest } from '../fixtures/states/sending.ts';

/** Has the sweep run now; answers its run when it has ended. */
async function swept(app: App) {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = app.config;
  const { client, connection } = openClient({ address, namespace, tls: false });
  await using _ = { [Symbol.asyncDispose]: () => connection.close() };
  const schedule = client.schedule.getHandle('sweep');
  const runs = async () => (await schedule.describe()).info.recentActions;
  const before = (await runs()).length;
  await schedule.trigger();
  const { action } = await until('it has begun', async () => (await runs())[before]);
  const { workflowId, firstExecutionRunId } = action.workflow;
  const run = client.workflow.getHandle<typeof sweep>(workflowId, firstExecutionRunId);
  const failure = await run.result().catch((error: unknown) => error);
  return { failure, status: (await run.describe()).status.name };
}

/** What the last of the sweep's jobs forgets. */
const anOldKey = (app: App) => anOldRequest(app.db);

test('a job of the sweep that fails stops no other, and its run and the log name it', async () => {
  await using app = await startApp({ ways: {} });
  await anOldKey(app);
  await app.rows('alter table list_previews rename to gone');
  const broken = await swept(app);
  expect(broken).toMatchObject({
    status: 'FAILED',
    failure: { cause: { message: 'Given up: startPreviews', cause: { activityType: 'startPreviews' } } },
  });
  expect(await app.rows(`select from idempotency_keys where key = 'old'`)).toEqual([]);
  // Logs of the engine come a moment later.
  const line = /"level":40.*"activityType":"startPreviews".*"msg":"Activity failed"/;
  await until('the log names it', () => line.test(app.log.text()));

  await app.rows('alter table gone rename to list_previews');
  expect(await swept(app)).toEqual({ status: 'COMPLETED', failure: undefined });
});
