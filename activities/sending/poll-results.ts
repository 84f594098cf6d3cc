import type { Pool } from 'pg';
import { affected, rows } from '../../database/sql.ts';
import { storeReceipts } from './ingest-receipts.ts';
import type { OnCallbacksDue } from '../wake-run.ts';
import type { CarrierLines } from './carrier-lines.ts';

type Deps = { pool: Pool; lines: Pick<CarrierLines, 'session'>; country: string; onCallbacksDue: OnCallbacksDue };
export type PollResults = ReturnType<typeof createPollResults>;

/** References per call: a gateway's own limit. */
const IN_A_CALL = 100;
const WORK_MS = 30_000;
/** Messages accepted meanwhile do not wake the run. */
const MOST_SLEEP_MS = 20_000;

// Polled often at first, then less and less; given up after three days.
const AGAIN = `case when submitted_at > now() - interval '10 minutes' then interval '10 seconds'
  when submitted_at > now() - interval '1 hour' then interval '2 minutes' else interval '30 minutes' end`;

export const createPollResults = ({ pool, lines, country, onCallbacksDue }: Deps) => ({
  /**
   * Idempotent: polls a gateway for due results and applies them. `sleepMs`: time until the next are due, null when none is
   * awaited.
   */
  async pollResults(carrierId: string): Promise<{ sleepMs: number | null }> {
    const until = performance.now() + WORK_MS;
    while (performance.now() < until) {
      const due = await rows<{ reference: string }>(
        pool,
        `select reference from awaited_results where carrier_id = $1 and next_at <= now() order by next_at limit ${IN_A_CALL}`,
        [carrierId],
      );
      if (due.length === 0) break;
      const references = due.map(({ reference }) => reference);
      const receipts = (await lines.session(carrierId).pollReceipts?.(references)) ?? [];
      await storeReceipts(pool, { carrierId, country }, receipts, onCallbacksDue);
      await affected(
        pool,
        `with known as (
             delete from awaited_results where carrier_id = $1
               and (reference = any($3::text[]) or reference = any($2::text[]) and submitted_at < now() - interval '3 days'))
           update awaited_results set next_at = now() + ${AGAIN}
           where carrier_id = $1 and reference = any($2::text[]) and reference <> all($3::text[])`,
        [carrierId, references, receipts.filter(({ status }) => status !== 'accepted').map(({ reference }) => reference)],
      );
    }
    const [next] = await rows<{ ms: number | null }>(
      pool,
      `select extract(epoch from min(next_at) - now())::float8 * 1000 as ms from awaited_results where carrier_id = $1`,
      [carrierId],
    );
    const dueMs = next?.ms ?? null;
    return { sleepMs: dueMs === null ? null : Math.min(Math.max(dueMs, 1000), MOST_SLEEP_MS) };
  },
});

/** Gateways with overdue results: no run is polling them. */
export const unasked = (pool: Pool): Promise<{ carrier_id: string }[]> =>
  rows(pool, `select distinct carrier_id from awaited_results where next_at < now() - interval '20 seconds'`);
