import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { readCampaignFacts } from '../../database/campaigns/campaign-wait.ts';
import { campaignWait } from '../../domain/campaigns/campaign-wait.ts';
import { openClient } from '../../temporal/connect.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';
import { mayGoNow } from '../fixtures/states/sending.ts';

const ifMissing = (error: unknown): null => {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
};

/** What Temporal's UI shows of a campaign's run. */
async function runOf(app: App, id: string) {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = app.config;
  const { client, connection } = openClient({ address, namespace, tls: false });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => connection.close());
  const handle = client.workflow.getHandle(`campaign/${id}`);
  // It is started after the answer.
  const { searchAttributes, status } = await until('there is such a run', () => handle.describe().catch(ifMissing));
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  const result: unknown = status.name === 'COMPLETED' ? await handle.result() : null;
  return {
    phase: searchAttributes['Phase']?.[0],
    account: searchAttributes['AccountId'],
    details: metadata.currentDetails ?? '',
    result,
  };
}

test('the run of a campaign in quiet hours says so and until when, and ends with its totals', async () => {
  // Five hours before eight in Paris.
  let now = new Date('2026-01-14T02:00:00Z');
  await using app = await startApp({ ways: {}, receipts: 'off', clock: () => now });
  await app.account.send('PATCH', '/v1/policies', { quietHours: 'hold' });
  const campaign = await app.campaign([{ to: phone(1) }, { to: phone(2) }]);
  const id = textOf(campaign, 'id');
  const run = await until('its run waits', async () => {
    const seen = await runOf(app, id);
    return seen.phase === 'quiet-hours' && seen;
  });
  expect(run.account).toEqual([app.accountId]);
  const facts = await readCampaignFacts(app.db.pool, id);
  const wait = facts && campaignWait(facts);
  expect(wait?.reason).toBe('quiet-hours');
  expect(run.details).toBe(`quiet-hours, until ${String(wait?.until?.toISOString())}; 2 messages have not gone`);

  await app.account.send('POST', `/v1/campaigns/${id}/pause`);
  await until('its run is paused', async () => (await runOf(app, id)).phase === 'paused');
  now = new Date('2026-01-14T08:00:00Z');
  await mayGoNow(app.db, id);
  await app.account.send('POST', `/v1/campaigns/${id}/resume`);
  await app.ended(campaign);
  const over = await until('its run has ended', async () => {
    const seen = await runOf(app, id);
    return seen.result !== null && seen;
  });
  expect(over.result).toEqual({ accepted: 2 });
});
