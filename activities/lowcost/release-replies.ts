import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import { affected, rows } from '../../database/sql.ts';
import { reportProgress } from '../progress.ts';

type Deps = { pool: Pool; deliverReplies: (ids: string[]) => void; injectableClock: boolean };

/** How long a gateway must have had a reply. */
const CUTOFF_MS = 6 * 3_600_000;
const PAGE = 500;
/** Most released replies waiting for a run; more would only wait for the sweep. */
const MOST_WAITING = 20_000;

// A future-dated reply ages from when it was first seen.
const RELEASE = `
  with due as (
    select id from replies where carrier_id = $1 and released_at is null and filing_failed is null
      and least(received_at, ingested_at) <= $2
    order by least(received_at, ingested_at) limit ${PAGE} for update skip locked
  ), released as (
    update replies r set released_at = now() from due where r.id = due.id returning r.id
  ), counted as (
    update sync_runs set new = new + (select count(*) from released) where id = $3
  )
  select id from released`;

/** Releases a page of replies old enough and counts it. Returns the ids; none is the end. */
export async function releasePage(pool: Pool, run: { id: string; carrierId: string }, now: Date): Promise<string[]> {
  const released = await rows<{ id: string }>(pool, RELEASE, [run.carrierId, new Date(now.getTime() - CUTOFF_MS), run.id]);
  return released.map(({ id }) => id);
}

export const createReleaseReplies = ({ pool, deliverReplies, injectableClock }: Deps) => ({
  /** Idempotent: releases, in pages, replies a gateway has had for six hours. */
  async releaseReplies(runId: string): Promise<void> {
    const [run] = await rows<{ carrier_id: string; now: Date | null }>(
      pool,
      `select carrier_id, now from sync_runs where id = $1`,
      [runId],
    );
    if (!run) throw new Error('The sync does not exist');
    const now = injectableClock && run.now ? run.now : new Date();
    for (let count = 0; ;) {
      const released = await releasePage(pool, { id: runId, carrierId: run.carrier_id }, now);
      if (released.length > 0) deliverReplies(released);
      reportProgress({ released: (count += released.length) });
      if (released.length < PAGE) break;
      while (await isFull(pool)) await Context.current().sleep(1000);
    }
    await affected(
      pool,
      `update sync_runs set young = (
           select count(*) from replies where carrier_id = $2 and released_at is null and filing_failed is null) where id = $1`,
      [runId, run.carrier_id],
    );
  },
});

async function isFull(pool: Pool): Promise<boolean> {
  const [waiting] = await rows<{ count: number }>(
    pool,
    `select count(*)::int as count from (
       select from replies where filed_at is null and filing_failed is null and released_at is not null limit ${MOST_WAITING}) r`,
  );
  return (waiting?.count ?? 0) >= MOST_WAITING;
}
