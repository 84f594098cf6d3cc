import type { Pool } from 'pg';
import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import { affected, rows, type Sql } from '../../database/sql.ts';
import { createBatcher } from '../batcher.ts';

/** The end of an attempt. If its lease was taken over, only its own row changes. */
export type Ended = {
  id: string;
  claim: string;
  /** The claim's time, if the attempt's row is not written yet. */
  startedAt?: Date;
  probe?: boolean;
  outOfOrder?: boolean;
  state: Extract<DeliveryState, 'delivered' | 'retrying' | 'held' | 'exhausted' | 'aborted'>;
  heldReason?: string | null;
  /** Until it is due again. */
  delayMs: number | null;
  /** False if it does not count against the schedule. */
  spent?: boolean;
  class: string;
  /** Outcome at the first address, if the fallback was tried. */
  firstClass?: string | null;
  status: number | null;
  timings: Record<string, number | null> | null;
  remoteAddress: string | null;
  responseHeaders: Record<string, string> | null;
  bodyExcerpt: string | null;
  error: string | null;
};

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

const WRITTEN = `
  with e as (
    select * from unnest($ids::uuid[], $claims::uuid[], $states::text[], $heldReasons::text[], $delays::float8[], $classes::text[],
      $statuses::int[], $timings::jsonb[], $remoteAddresses::text[], $responseHeaders::jsonb[], $bodyExcerpts::text[], $errors::text[],
      $spent::bool[], $firstClasses::text[], $startedAt::timestamptz[], $probes::bool[], $outOfOrder::bool[])
      as e (id, claim, state, held_reason, delay_ms, class, status, timings, remote_address, response_headers, body_excerpt, error, spent,
        first_class, started_at, probe, out_of_order)
  ), closed as (
    insert into delivery_attempts as a (id, delivery_id, number, trigger, started_at, ended_at, class, first_class, status, timings,
      remote_address, response_headers, body_excerpt, error, probe, out_of_order)
    select e.claim, d.id, d.attempts, d.trigger, e.started_at, now(), e.class, e.first_class, e.status, e.timings, e.remote_address,
      e.response_headers, e.body_excerpt, e.error, e.probe, e.out_of_order
    from e join deliveries d on d.id = e.id
    on conflict (id) do update set ended_at = now(), class = excluded.class, first_class = excluded.first_class, status = excluded.status,
      timings = excluded.timings, remote_address = excluded.remote_address, response_headers = excluded.response_headers,
      body_excerpt = excluded.body_excerpt, error = excluded.error
  )`;
// Once delivered, always delivered, whatever a later attempt returns.
const ENDED = `
  update deliveries d set
    state = case when d.delivered_at is not null and e.spent then 'delivered' else e.state end,
    held_reason = case when d.delivered_at is not null and e.spent then null else e.held_reason end,
    next_at = case when d.delivered_at is not null and e.spent then null else now() + make_interval(secs => e.delay_ms / 1000) end,
    delivered_at = coalesce(d.delivered_at, case when e.state = 'delivered' then now() end),
    trigger = case when e.spent then 'auto' else d.trigger end, attempts = d.attempts - (not e.spent)::int,
    last_class = e.class, claim = null, lease_until = null, finished_at = case when d.delivered_at is not null then d.finished_at when e.state in ('delivered', 'exhausted', 'aborted') then now() end
  from e where d.id = e.id and d.claim = e.claim and d.state = 'in_flight'`;

export const recordEnded = (sql: Sql, ended: Ended[]): Promise<number> => affected(sql, `${WRITTEN} ${ENDED}`, valuesOf(ended));

/** Also returns the endpoints whose health must see a success at once: in trouble, or with failures counted. */
export async function recordAndLook(sql: Sql, ended: Ended[], endpointIds: string[]): Promise<Set<string>> {
  const restless = await rows<{ id: string }>(
    sql,
    `${WRITTEN}, ended as (${ENDED})
     select id from callback_endpoints where id = any($endpointIds::uuid[]) and (health <> 'healthy' or (track->>'failures')::int > 0)`,
    { ...valuesOf(ended), endpointIds },
  );
  return new Set(restless.map(({ id }) => id));
}

const valuesOf = (ended: Ended[]) => ({
  ids: ended.map((each) => each.id),
  claims: ended.map((each) => each.claim),
  states: ended.map((each) => each.state),
  heldReasons: ended.map((each) => each.heldReason ?? null),
  delays: ended.map((each) => each.delayMs),
  classes: ended.map((each) => each.class),
  statuses: ended.map((each) => each.status),
  timings: ended.map((each) => json(each.timings)),
  remoteAddresses: ended.map((each) => each.remoteAddress),
  responseHeaders: ended.map((each) => json(each.responseHeaders)),
  bodyExcerpts: ended.map((each) => each.bodyExcerpt),
  errors: ended.map((each) => each.error),
  spent: ended.map((each) => each.spent ?? true),
  firstClasses: ended.map((each) => each.firstClass ?? null),
  startedAt: ended.map((each) => each.startedAt ?? new Date()),
  probes: ended.map((each) => each.probe ?? false),
  outOfOrder: ended.map((each) => each.outOfOrder ?? false),
});

/** Writes results in groups, at most 50 ms late. A result frees its place, so it does not wait for the page's slowest endpoint. */
export function createRecorder(pool: Pool) {
  const group = createBatcher<Ended[], true>({
    maxSize: 500,
    waitMs: 10,
    async commit(ended) {
      await recordEnded(pool, ended.flat());
      return ended.map(() => true as const);
    },
  });
  return { record: (ended: Ended[]): Promise<true> => group.add(ended) };
}
