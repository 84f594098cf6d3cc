import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CampaignSteps } from '../activities/campaigns/campaign-steps.ts';
import type { SendBatch } from '../activities/sending/send-batch.ts';
import { carrierQueue } from '../domain/task-queues.ts';
import { campaignChanged, phase } from './signals.ts';

// Reads, and writes that may be repeated: try until it is done.
const { lookAtCampaign, closeCampaign } = proxyActivities<CampaignSteps>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Rows a batch, and batches under way at once: enough to keep a window full while one ends and the next begins. */
const BATCH = 500;
const AT_ONCE = 8;
/** A campaign that is paused looks at its row this often, in case nobody could tell it. */
const LOOK_EVERY_MS = 10 * 60_000;
/** A batch under way when its campaign changes ends within a window; after that it waits for a carrier. */
const GIVE_UP_AFTER_MS = 5000;

/** Sends a campaign from its row: waits for its time, goes through its rows in a sliding window of batches, ends when nothing is left. */
export async function sendCampaign(campaignId: string, fromRow = 1): Promise<void> {
  let changed = false;
  let now = 'starting';
  const hasChanged = () => changed;
  setHandler(campaignChanged, () => {
    changed = true;
  });
  setHandler(phase, () => now);
  const enter = (next: string) => {
    if (next === now) return;
    now = next;
    upsertSearchAttributes({ Phase: [next] });
  };

  let next = fromRow;
  for (;;) {
    changed = false;
    const campaign = await lookAtCampaign(campaignId);
    if (campaign.state === 'paused') {
      enter('paused');
      await condition(hasChanged, LOOK_EVERY_MS);
      continue;
    }
    if (campaign.state === 'launched' && campaign.startInMs > 0) {
      enter('scheduled');
      await condition(hasChanged, campaign.startInMs);
      continue;
    }
    let waitMs = 0;
    if (campaign.state === 'launched') {
      enter('sending');
      const pass = await sendAll(campaignId, carriersOf(campaign), campaign.total, next, hasChanged);
      next = pass.next;
      waitMs = pass.waitMs;
      if (next <= campaign.total && !hasChanged()) await continueAsNew<typeof sendCampaign>(campaignId, next);
      if (hasChanged()) {
        next = 1;
        continue;
      }
    }
    enter('closing');
    if (await closeCampaign(campaignId)) break;
    // Something is still queued for later: the rows are gone through again.
    next = 1;
    await condition(hasChanged, Math.max(waitMs, 1000));
  }
  enter('ended');
}

/** A run that began before campaigns went by several carriers looked at one. */
const carriersOf = ({ carrierId, carrierIds }: { carrierId: string; carrierIds?: string[] }): string[] =>
  carrierIds ?? [carrierId];

type Pass = { next: number; waitMs: number };

/**
 * One pass over the rows, by each carrier of its own. When the campaign has changed, batches under way end by themselves, for the row
 * decides at each claim; those of a carrier that can't send would wait for it, and are given up: what they hold is still `queued`.
 */
async function sendAll(
  campaignId: string,
  carrierIds: string[],
  total: number,
  next: number,
  stop: () => boolean,
): Promise<Pass> {
  const passes = async (): Promise<Pass> => {
    const all = await Promise.all(carrierIds.map((carrierId) => sendRows(campaignId, carrierId, total, next, stop)));
    const waits = all.flatMap(({ waitMs }) => (waitMs > 0 ? [waitMs] : []));
    return { next: Math.min(...all.map((pass) => pass.next)), waitMs: waits.length === 0 ? 0 : Math.min(...waits) };
  };
  if (!patched('give-up-batches')) return passes();
  const scope = new CancellationScope();
  let over = false;
  const running = scope
    .run(passes)
    .catch((error: unknown): Pass => {
      if (isCancellation(error) && scope.consideredCancelled) return { next: 1, waitMs: 0 };
      throw error;
    })
    .finally(() => {
      over = true;
    });
  await condition(() => over || stop());
  if (!over) {
    await Promise.race([running, sleep(GIVE_UP_AFTER_MS)]);
    if (!over) scope.cancel();
  }
  return running;
}

/** One pass over the rows from `next`. Stops early when the campaign has changed or the history has grown long. */
async function sendRows(campaignId: string, carrierId: string, total: number, next: number, stop: () => boolean): Promise<Pass> {
  // A batch claims by state, so it may be tried again; what it can't tell is in doubt, never resent.
  const { sendBatch } = proxyActivities<SendBatch>({
    taskQueue: carrierQueue(carrierId),
    startToCloseTimeout: '6 hours',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds' },
  });
  let row = next;
  let waitMs = 0;
  const worker = async (): Promise<void> => {
    while (row <= total && !stop() && !workflowInfo().continueAsNewSuggested) {
      const fromRow = row;
      row += BATCH;
      const result = await sendBatch({ carrierId, campaignId, fromRow, toRow: Math.min(fromRow + BATCH, total + 1) });
      if (result.left > 0) waitMs = waitMs === 0 ? result.waitMs : Math.min(waitMs, result.waitMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { next: row, waitMs };
}
