import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { CampaignState } from '../../database/campaigns/campaign.ts';
import { announce } from '../../database/live.ts';
import { rows } from '../../database/sql.ts';
import { tellNews } from './message-events.ts';
import type { CarrierLines } from './carrier-lines.ts';
import { createKeyedSemaphore } from '../keyed-semaphore.ts';
import { ANSWERS } from './spend-budget-sql.ts';
import { notifySpendLimit } from './notify-spend-limit.ts';
import type { RunWaker } from '../wake-run.ts';

/** Rows of one campaign (`toRow` exclusive), or single messages by id. At most 500. */
export type Batch =
  | { carrierId: string; campaignId: string; fromRow: number; toRow: number }
  | { carrierId: string; ids: string[] };

/** `left` are still queued: the campaign is not `launched`, or they are not due. */
export type BatchResult = { left: number; waitMs: number };

type Deps = {
  pool: Pool;
  log: Logger;
  lines: CarrierLines;
  applyEarlyOptOuts: (carrierId: string) => Promise<void>;
  wake: Pick<RunWaker, 'wake'>;
  onCallbacksDue: () => void;
};
export type SendBatch = ReturnType<typeof createSendBatch>;

type Row = { account: string; id: string; to: string; from: string; text: string; port: number | null; expiresAt: Date | null };
type Left = { left: number; wait_ms: number | null; campaign: CampaignState | null; held: string[] | null };

/** Longer waits are the workflow's timers. */
const PATIENCE_MS = 20_000;
/** Batches of an account in memory per carrier. */
const AT_ONCE = 8;
const PEEK_EVERY_MS = 15_000;

export const createSendBatch = ({ pool, log, lines, applyEarlyOptOuts, wake, onCallbacksDue }: Deps) => {
  const places = createKeyedSemaphore(AT_ONCE);

  /** Emits the events of unsent and accepted messages at once; after a failure the sweep does. */
  async function tell(): Promise<void> {
    try {
      const accounts = await tellNews(pool);
      if (accounts.length === 0) return;
      await announce(pool, accounts);
      onCallbacksDue();
    } catch (error) {
      log.warn({ err: error }, 'what became of messages could not be told yet; the sweep does it later');
    }
  }

  async function run(batch: Batch): Promise<BatchResult> {
    const { where, values } = 'ids' in batch ? ofIds(batch) : ofRows(batch);
    for (;;) {
      const due = await rows<Row>(
        pool,
        `select m.account_id as account, m.id, m.to_number as "to", m.sender as "from", m.text, m.port, least(m.expires_at, c.expires_at) as "expiresAt"
         from messages m left join campaigns c on c.id = m.campaign_id
         where ${where} and m.state = 'queued' and (m.not_before is null or m.not_before <= now())
           and not (m.cost_micros > 0 and not ${ANSWERS} and exists (select from spend_limits l where l.account_id = m.account_id and l.held_until > now()))
         order by m.row, m.id`,
        values,
      );
      const accounts = Map.groupBy(due, (row) => row.account);
      if (due.length > 0) {
        const send = () =>
          Promise.all([...accounts].map(([account, messages]) => lines.send(batch.carrierId, messages, account)));
        await peeking(
          () => applyEarlyOptOuts(batch.carrierId),
          // On cancellation, waiting messages are claimed only if still queued, and here.
          () => Promise.race([send(), Context.current().cancelled]),
          log,
        );
        await tell();
      }
      const { left, waitMs, halted, held } = await leftOf(pool, where, values);
      if (held) await notifySpendLimit(pool, wake, held);
      if (left === 0 || halted || waitMs > PATIENCE_MS) return { left, waitMs };
      await Context.current().sleep(Math.max(waitMs, 250));
    }
  }

  return {
    /**
     * Retryable: a message is claimed by state, and written to the socket once. Afterwards each is sent, set aside with a reason,
     * or still `queued`.
     */
    async sendBatch(batch: Batch): Promise<BatchResult> {
      if ('ids' in batch) return run(batch);
      const [campaign] = await rows<{ account_id: string }>(pool, 'select account_id from campaigns where id = $1', [
        batch.campaignId,
      ]);
      return places(`${batch.carrierId} ${campaign?.account_id ?? ''}`, () => run(batch));
    },
  };
};

/** How many are still queued and for how long; `halted`: their campaign is stopped. */
async function leftOf(pool: Pool, where: string, values: unknown[]) {
  const [now] = await rows<Left>(
    pool,
    `select count(*)::int as left, max(c.state) as campaign,
       extract(epoch from min(greatest(m.not_before, l.held_until, now())) - now())::float8 * 1000 as wait_ms,
       array_agg(distinct l.account_id) filter (where l.account_id is not null) as held
     from messages m left join campaigns c on c.id = m.campaign_id
     left join spend_limits l on l.account_id = m.account_id and l.held_until > now() and m.cost_micros > 0 and not ${ANSWERS}
     where ${where} and m.state = 'queued'`,
    values,
  );
  return {
    left: now?.left ?? 0,
    waitMs: Math.max(now?.wait_ms ?? 0, 0),
    halted: now?.campaign !== null && now?.campaign !== 'launched',
    held: now?.held ?? null,
  };
}

/** A SIM batch takes minutes: a STOP meanwhile still counts. */
async function peeking(peek: () => Promise<void>, send: () => Promise<unknown>, log: Logger): Promise<void> {
  await peek();
  const again = () =>
    void peek().catch((error: unknown) => log.warn({ err: error }, 'opt-outs could not be looked for while sending'));
  const timer = setInterval(again, PEEK_EVERY_MS);
  try {
    await send();
  } finally {
    clearInterval(timer);
  }
}

const ofIds = (batch: { carrierId: string; ids: string[] }) => ({
  where: 'm.id = any($1::uuid[]) and m.carrier_id = $2',
  values: [batch.ids, batch.carrierId],
});
const ofRows = (batch: { carrierId: string; campaignId: string; fromRow: number; toRow: number }) => ({
  where: 'm.campaign_id = $1 and m.row >= $2 and m.row < $3 and m.carrier_id = $4',
  values: [batch.campaignId, batch.fromRow, batch.toRow, batch.carrierId],
});
