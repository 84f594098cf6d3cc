import type { Pool } from 'pg';
import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import { affected, type Sql } from '../../database/sql.ts';
import { createBatcher } from '../batcher.ts';

/** How an attempt ended. It counts only under its claim: one whose lease was taken over changes nothing but its own row. */
export type Ended = {
  id: string;
  claim: string;
  state: Extract<DeliveryState, 'delivered' | 'retrying' | 'held' | 'exhausted' | 'aborted'>;
  heldReason?: string | null;
  /** How long until it is due again. */
  delayMs: number | null;
  /** False where the attempt does not count against the schedule. */
  spent?: boolean;
  class: string;
  /** What became of the first address, where the second one was tried. */
  firstClass?: string | null;
  status: number | null;
  timings: Record<string, number | null> | null;
  remoteAddress: string | null;
  responseHeaders: Record<string, string> | null;
  bodyExcerpt: string | null;
  error: string | null;
};

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

// What was delivered once stays so, whatever an attempt that was asked for later comes to.
const RECORD = `
  with e as (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::float8[], $6::text[], $7::int[], $8::jsonb[],
      $9::text[], $10::jsonb[], $11::text[], $12::text[], $13::bool[], $14::text[])
      as e (id, claim, state, held_reason, delay_ms, class, status, timings, remote_address, response_headers, body_excerpt, error, spent, first_class)
  ), closed as (
    update delivery_attempts a set ended_at = now(), class = e.class, first_class = e.first_class, status = e.status, timings = e.timings,
      remote_address = e.remote_address, response_headers = e.response_headers, body_excerpt = e.body_excerpt, error = e.error
    from e where a.id = e.claim
  )
  update deliveries d set
    state = case when d.delivered_at is not null and e.spent then 'delivered' else e.state end,
    held_reason = case when d.delivered_at is not null and e.spent then null else e.held_reason end,
    next_at = case when d.delivered_at is not null and e.spent then null else now() + make_interval(secs => e.delay_ms / 1000) end,
    delivered_at = coalesce(d.delivered_at, case when e.state = 'delivered' then now() end),
    trigger = case when e.spent then 'auto' else d.trigger end, attempts = d.attempts - (not e.spent)::int,
    last_class = e.class, claim = null, lease_until = null, finished_at = case when d.delivered_at is not null then d.finished_at when e.state in ('delivered', 'exhausted', 'aborted') then now() end
  from e where d.id = e.id and d.claim = e.claim and d.state = 'in_flight'`;

/** One statement for a whole group. */
export const recordEnded = (sql: Sql, ended: Ended[]): Promise<number> =>
  affected(sql, RECORD, [
    ended.map((each) => each.id),
    ended.map((each) => each.claim),
    ended.map((each) => each.state),
    ended.map((each) => each.heldReason ?? null),
    ended.map((each) => each.delayMs),
    ended.map((each) => each.class),
    ended.map((each) => each.status),
    ended.map((each) => json(each.timings)),
    ended.map((each) => each.remoteAddress),
    ended.map((each) => json(each.responseHeaders)),
    ended.map((each) => each.bodyExcerpt),
    ended.map((each) => each.error),
    ended.map((each) => each.spent ?? true),
    ended.map((each) => each.firstClass ?? null),
  ]);

/**
 * Writes results in groups, at most 50 ms late: a result gives its endpoint's place back, so it never waits for the page's
 * slowest endpoint.
 */
export function createRecorder(pool: Pool) {
  const group = createBatcher<Ended[], true>({
    maxSize: 500,
    waitMs: 10,
    async commit(ended) {
      await recordEnded(pool, ended.flat());
      return ended.map(() => true as const);
    },
  });
  /** What is recorded together is committed together. */
  return { record: (ended: Ended[]): Promise<true> => group.add(ended) };
}
