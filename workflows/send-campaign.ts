import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CampaignStory, CampaignSteps } from '../activities/campaigns/campaign-steps.ts';
import type { SendBatch } from '../activities/sending/send-batch.ts';
import { campaignEta } from '../domain/campaigns/campaign-wait.ts';
import { carrierQueue } from '../domain/task-queues.ts';
import { campaignChanged, campaignChangedUpdate, phase } from './signals.ts';

// Reads and idempotent writes: retry until done.
const { lookAtCampaign, closeCampaign, explainCampaign } = proxyActivities<CampaignSteps>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Rows per batch and batches at once: enough to keep a window full between batches. */
const BATCH = 500;
const AT_ONCE = 8;
/** How often a paused campaign reads its row, in case a signal was lost. */
const LOOK_EVERY_MS = 10 * 60_000;
/** After a change, batches end within a window unless they wait for a carrier. */
const GIVE_UP_AFTER_MS = 5000;

/** Without a finished batch the run looks up the reason, at doubling intervals. */
const [WONDER_MS, WONDER_AT_MOST_MS] = [30_000, 3_600_000];

/**
 * Sends a campaign from row `fromRow`: waits for its time, sends its rows in a sliding window of batches, ends when nothing is
 * left. Returns counts by state.
 */
export async function sendCampaign(campaignId: string, fromRow = 1): Promise<Record<string, number> | undefined> {
  let changed = false;
  let now = 'starting';
  const hasChanged = () => changed;
  const noteChange = () => {
    changed = true;
  };
  setHandler(campaignChanged, noteChange);
  setHandler(campaignChangedUpdate, noteChange);
  setHandler(phase, () => now);
  const tells = patched('tells-its-story');
  const enter = (next: string) => {
    if (next === now) return;
    now = next;
    upsertSearchAttributes({ Phase: [next] });
  };
  /** Shows what it waits for as phase and details; `otherwise` if nothing. */
  const explain = async (otherwise: string): Promise<CampaignStory> => {
    const story = await explainCampaign(campaignId);
    enter(story.wait?.reason ?? otherwise);
    const until = story.wait === null ? '' : `, until ${story.wait.until ?? 'that is over'}`;
    setCurrentDetails(`${now}${until}; ${story.queued} messages have not gone`);
    return story;
  };

  let next = fromRow;
  for (;;) {
    changed = false;
    const campaign = await lookAtCampaign(campaignId);
    if (tells && now === 'starting') upsertSearchAttributes({ AccountId: [campaign.accountId] });
    const rests = restOf(campaign);
    if (rests) {
      enter(rests.phase);
      await condition(hasChanged, rests.ms);
      continue;
    }
    let waitMs = 0;
    if (campaign.state === 'launched') {
      enter('sending');
      const carrierIds = carriersOf(campaign);
      const progress = createProgress(campaign.total, carrierIds.length, next);
      const wonder = async (stuck: boolean): Promise<void> => {
        if (stuck) await explain('sending');
        else enter('sending');
      };
      const { total } = campaign;
      const watch = { stop: hasChanged, progress, wonder: tells ? wonder : null };
      const pass = await sendAll({ campaignId, total, carrierIds, next, ...watch });
      next = pass.next;
      waitMs = pass.waitMs;
      if (next <= campaign.total && !hasChanged()) await continueAsNew<typeof sendCampaign>(campaignId, next);
      if (hasChanged()) {
        next = 1;
        continue;
      }
    }
    // Cancelled campaigns are closed; launched ones may still have messages for later.
    if (!tells || campaign.state !== 'launched') enter('closing');
    if (await closeCampaign(campaignId)) break;
    if (tells) await explain('closing');
    // Messages wait for later: go through the rows again.
    next = 1;
    await condition(hasChanged, Math.max(waitMs, 1000));
  }
  const totals = tells ? (await explainCampaign(campaignId)).totals : null;
  enter('ended');
  return totals ?? undefined;
}

/** How long to wait unless the campaign changes; null if there is work. */
function restOf({ state, startInMs }: { state: string; startInMs: number }): { phase: string; ms: number } | null {
  if (state === 'paused') return { phase: 'paused', ms: LOOK_EVERY_MS };
  return state === 'launched' && startInMs > 0 ? { phase: 'scheduled', ms: startInMs } : null;
}

/** Progress for Temporal's UI. Each carrier goes through all rows. */
function createProgress(total: number, carriers: number, from: number) {
  const begun = Date.now();
  const gone = from - 1;
  let rows = 0;
  return {
    done: () => rows,
    add(count: number): void {
      rows += count;
      const done = Math.min(total, gone + rows / carriers);
      const perSecond = (rows / carriers / Math.max(1, Date.now() - begun)) * 1000;
      const ends = campaignEta({ now: new Date(), queued: total - done }, null, perSecond);
      setCurrentDetails(
        `sending: ${Math.round(done)} of ${total}, ${Math.round(perSecond)} a second, through about ${ends?.toISOString() ?? 'now'}`,
      );
    },
  };
}

/** Results of older processes lack `carrierIds`. */
const carriersOf = ({ carrierId, carrierIds }: { carrierId: string; carrierIds?: string[] }): string[] =>
  carrierIds ?? [carrierId];

type Pass = { next: number; waitMs: number };

/**
 * One pass over the rows per carrier. After a change, running batches end by themselves, as each claim reads the row; those
 * waiting for a carrier are given up, and their messages stay `queued`.
 */
async function sendAll({ carrierIds, wonder, ...rows }: Omit<Rows, 'carrierId'> & Sending): Promise<Pass> {
  const { stop, progress } = rows;
  const passes = async (): Promise<Pass> => {
    const all = await Promise.all(carrierIds.map((carrierId) => sendRows({ ...rows, carrierId })));
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
  let everyMs = WONDER_MS;
  for (let seen = progress.done(); wonder !== null && !over && !stop(); seen = progress.done()) {
    await condition(() => over || stop(), everyMs);
    const stuck = progress.done() === seen;
    if (!over && !stop()) await wonder(stuck);
    everyMs = stuck ? Math.min(everyMs * 2, WONDER_AT_MOST_MS) : WONDER_MS;
  }
  await condition(() => over || stop());
  if (!over) {
    await Promise.race([running, sleep(GIVE_UP_AFTER_MS)]);
    if (!over) scope.cancel();
  }
  return running;
}

type Rows = {
  campaignId: string;
  carrierId: string;
  total: number;
  next: number;
  stop: () => boolean;
  progress: ReturnType<typeof createProgress>;
};
/** `wonder`: shows what the campaign waits for; null in older runs. */
type Sending = { carrierIds: string[]; wonder: ((stuck: boolean) => Promise<void>) | null };

/** One pass from `next`; stops early on a change or a long history. */
async function sendRows({ campaignId, carrierId, total, next, stop, progress }: Rows): Promise<Pass> {
  // A batch claims by state, so retries are safe; doubtful messages are never resent.
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
      progress.add(Math.min(BATCH, total + 1 - fromRow));
      if (result.left > 0) waitMs = waitMs === 0 ? result.waitMs : Math.min(waitMs, result.waitMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { next: row, waitMs };
}
