import type { Pool, PoolClient } from 'pg';
import type { CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import { UNSTEADY_ATTEMPTS, type HealthState } from '../../domain/callbacks/endpoint-health.ts';
import { LANES, PLACES, roomFor, type ByLane, type Lane } from '../../domain/callbacks/concurrency-lanes.ts';
import { LEASE_SECONDS } from '../../database/callbacks/emit-events.ts';
import { rows, transaction } from '../../database/sql.ts';
import { enforceOrder } from './conversation-order.ts';

/** A delivery that this process may attempt, once, until its lease ends. */
export type ClaimedCallback = {
  id: string;
  claim: string;
  attempt: number;
  /** Tries an endpoint in trouble; the attempt is not spent. */
  probe: boolean;
  trigger: 'auto' | 'manual' | 'replay';
  endpointId: string;
  /** Set for endpoints with strict order. */
  conversationId: string | null;
  outOfOrder: boolean;
  url: string;
  secrets: Buffer;
  timeoutMs: number;
  fallbackUrl: string | null;
  format: CallbackFormat;
  schedule: number[] | null;
  eventId: string;
  /** The request that created the campaign. */
  httpRequestId: string | null;
  body: string;
  /** By the database's clock. */
  claimedAt: Date;
  /** Reply's wait for its first attempt, in ms; null for later attempts. */
  waitedMs: number | null;
  /** The database's time: a wrong local clock must not spoil signatures. */
  now: () => Date;
};

type Candidate = { id: string; endpoint_id: string; lane: Lane };

/** Longest attempt, plus a margin. */
export const LEASE = `interval '${LEASE_SECONDS} seconds'`;
export const OPEN = `state in ('pending', 'retrying', 'held')`;
const LANE = `case when trigger = 'auto' then 'retry' else 'replay' end as lane`;
const DUE = `channel = 'callback' and ${OPEN} and next_at <= now()`;

/** Fresh deliveries still open, except those waiting for their turn in a conversation. */
const GIVEN = `select id, endpoint_id, 'fresh' as lane from deliveries where id = any($1::uuid[]) and ${OPEN} and next_at is not null
  and held_reason is distinct from 'order' order by id`;

// Per endpoint, so that one backlog does not hide the others.
/** Deliveries that failed twice belong to the endpoint's own run; `retryCallbacks` takes those left for a minute. */
export const OWN_RUNS = `(e.track->>'unsteadySince') is not null and attempts >= ${UNSTEADY_ATTEMPTS}`;
export const OVERDUE = `interval '60 seconds'`;
const SHARED = `(not (${OWN_RUNS}) or next_at < now() - ${OVERDUE})`;

const DUE_ANYWHERE = `
  select d.* from callback_endpoints e
  cross join lateral (
    (select id, endpoint_id, 'retry' as lane from deliveries where endpoint_id = e.id and ${DUE} and trigger = 'auto' and ${SHARED}
      order by next_at limit ${PLACES})
    union all
    (select id, endpoint_id, 'replay' as lane from deliveries where endpoint_id = e.id and ${DUE} and trigger <> 'auto' and ${SHARED}
      order by next_at limit ${PLACES})
  ) d
  where e.deleted_at is null and e.health = 'healthy' limit 1000`;

const DUE_AT = `select id, endpoint_id, ${LANE} from deliveries where endpoint_id = $1 and ${DUE} order by next_at, id limit ${PLACES}`;

const DUE_TWICE = DUE_AT.replace('order by', `and attempts >= ${UNSTEADY_ATTEMPTS} order by`);

// Fewest probes first: a payload that the receiver always rejects would keep a healthy endpoint closed.
const PROBE = `select id, endpoint_id, 'retry' as lane from deliveries where endpoint_id = $1 and ${DUE} order by probes, next_at, id limit 1`;

// Tests our own uplink at the endpoints that answered most recently.
const CANARIES = `
  select d.* from callback_endpoints e
  cross join lateral (select id, endpoint_id, ${LANE} from deliveries where endpoint_id = e.id and ${DUE} order by next_at limit 1) d
  where e.deleted_at is null and e.health = 'healthy' order by e.last_success_at desc nulls last limit $1`;

type Endpoint = { id: string; health: HealthState; slow_start: number; ordered: boolean };

/** Busy places and waiting deliveries per lane, by endpoint. */
async function rooms(client: PoolClient, endpoints: Endpoint[], probing: boolean) {
  const counted = await rows<{ endpoint_id: string } & Record<`busy_${Lane}` | `waiting_${Lane}`, number>>(
    client,
    `select e.id as endpoint_id, b.*, f.*, r.*, p.*
     from unnest($1::uuid[]) as e (id)
     cross join lateral (
       select (count(*) filter (where lane = 'fresh'))::int as busy_fresh, (count(*) filter (where lane = 'replay'))::int as busy_replay,
         (count(*) filter (where lane is distinct from 'fresh' and lane is distinct from 'replay'))::int as busy_retry
       from deliveries where endpoint_id = e.id and state = 'in_flight' and lease_until > now()
     ) b
     cross join lateral (select count(*)::int as waiting_fresh from (
       select 1 from deliveries where endpoint_id = e.id and channel = 'callback' and ${OPEN} and state = 'pending'
         and next_at > now() and next_at <= now() + interval '60 seconds' limit ${PLACES}) w) f
     cross join lateral (select count(*)::int as waiting_retry from (
       select 1 from deliveries where endpoint_id = e.id and ${DUE} and trigger = 'auto' limit ${PLACES}) w) r
     cross join lateral (select count(*)::int as waiting_replay from (
       select 1 from deliveries where endpoint_id = e.id and ${DUE} and trigger <> 'auto' limit ${PLACES}) w) p`,
    [endpoints.map((each) => each.id)],
  );
  const places = new Map(endpoints.map((each) => [each.id, placesOf(each, probing)]));
  return new Map(
    counted.map((row) => {
      const busy: ByLane = { fresh: row.busy_fresh, retry: row.busy_retry, replay: row.busy_replay };
      const waiting: ByLane = { fresh: row.waiting_fresh, retry: row.waiting_retry, replay: row.waiting_replay };
      return [row.endpoint_id, { busy, waiting, places: places.get(row.endpoint_id) ?? 0 }];
    }),
  );
}

function placesOf({ health, slow_start: slowStart }: Endpoint, probing: boolean): number {
  switch (health) {
    case 'healthy':
      return PLACES;
    case 'recovering':
      return slowStart;
    case 'open':
      return probing ? 1 : 0;
    case 'paused':
    case 'disabled':
    case 'gone':
      return 0;
    default:
      return health satisfies never;
  }
}

/** Picks candidates in order while their lanes have room. */
function chosen(candidates: Candidate[], room: Awaited<ReturnType<typeof rooms>>, probing: boolean): Candidate[] {
  const taken: Candidate[] = [];
  for (const [endpointId, waiting] of Map.groupBy(candidates, (each) => each.endpoint_id)) {
    const at = room.get(endpointId);
    if (!at) continue;
    const busy = { ...at.busy };
    if (probing) {
      if (busy.fresh + busy.retry + busy.replay === 0 && at.places === 1) taken.push(...waiting.slice(0, 1));
      continue;
    }
    for (const lane of LANES) {
      const going = waiting.filter((each) => each.lane === lane).slice(0, roomFor(lane, at.places, busy, at.waiting));
      busy[lane] += going.length;
      taken.push(...going);
    }
  }
  return taken;
}

/**
 * Claims candidates within their endpoints' places, in one transaction. The attempt's row is written with its result; after a
 * crash the lease runs out and the row says `unknown`. A place is an `in_flight` row with a live lease, counted under the
 * endpoint's lock: no counter can leak.
 */
const claimOnce = (pool: Pool, candidates: string, values: unknown[], probing: boolean): Promise<ClaimedCallback[] | 'again'> =>
  transaction(pool, async (client) => {
    const waiting = await rows<Candidate>(client, candidates, values);
    if (waiting.length === 0) return [];
    const endpoints = await lockEndpoints(client, [...new Set(waiting.map((row) => row.endpoint_id))]);
    // Separate statements, to see what was committed while this one waited for the lock.
    const ordered = new Set(endpoints.filter((each) => each.ordered).map((each) => each.id));
    const order = await enforceOrder(
      client,
      waiting.filter((each) => ordered.has(each.endpoint_id)).map((each) => each.id),
    );
    const free = waiting.filter((each) => !order.waiting.has(each.id));
    // Deliveries waiting for their turn must not hide others.
    if (free.length === 0) return 'again';
    const going = chosen(free, await rooms(client, endpoints, probing), probing);
    if (going.length === 0) return [];
    const claimed = await rows<Omit<ClaimedCallback, 'now'>>(
      client,
      `with taken as (
         update deliveries d set state = 'in_flight', claim = gen_random_uuid(), attempts = d.attempts + 1, held_reason = null,
           lane = g.lane, probes = d.probes + $3::bool::int, lease_until = now() + ${LEASE}
         from unnest($1::uuid[], $2::text[]) as g (id, lane), callback_endpoints e
         where d.id = g.id and e.id = d.endpoint_id and d.${OPEN} and d.next_at is not null
         returning d.id, d.claim, d.attempts, d.trigger, d.endpoint_id, d.conversation_id, d.event_id, d.format, d.body, e.url, e.fallback_url,
           e.secrets, e.timeout_ms, e.schedule
       )
       select t.id, t.claim, t.attempts as attempt, t.trigger, t.endpoint_id as "endpointId", t.conversation_id as "conversationId",
         t.event_id as "eventId", t.format, t.url, t.fallback_url as "fallbackUrl", t.secrets, t.timeout_ms as "timeoutMs", t.schedule,
         now() as "claimedAt", $3::bool as probe, t.id = any($4::uuid[]) as "outOfOrder", coalesce(t.body, v.body) as body,
         v.http_request_id as "httpRequestId",
         case when t.attempts = 1 then extract(epoch from now() - coalesce(r.ingested_at, v.created_at))::float8 * 1000 end as "waitedMs"
       from taken t join events v on v.id = t.event_id left join replies r on t.attempts = 1 and r.id = v.reply_id`,
      [going.map((each) => each.id), going.map((each) => each.lane), probing, [...order.late]],
    );
    const seen = performance.now();
    return claimed.map((row) => ({ ...row, now: () => new Date(row.claimedAt.getTime() + performance.now() - seen) }));
  });

/** Free places for first attempts at healthy endpoints without strict order. Locks them, as a claim does. */
export async function freshRoom(client: PoolClient, endpointIds: string[]): Promise<Map<string, number>> {
  const endpoints = await lockEndpoints(client, endpointIds);
  const willing = endpoints.filter((each) => each.health === 'healthy' && !each.ordered);
  if (willing.length === 0) return new Map();
  const found = await rooms(client, willing, false);
  return new Map([...found].map(([id, { places, busy, waiting }]) => [id, roomFor('fresh', places, busy, waiting)]));
}

const lockEndpoints = (client: PoolClient, ids: string[]): Promise<Endpoint[]> =>
  rows<Endpoint>(
    client,
    `select id, health, slow_start, ordered from callback_endpoints where id = any($1::uuid[]) and deleted_at is null order by id for no key update`,
    [ids],
  );

/** Claims in a row that may find only deliveries waiting for their turn. */
const MOST_TRIES = 100;

async function claim(pool: Pool, candidates: string, values: unknown[], probing = false): Promise<ClaimedCallback[]> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const claimed = await claimOnce(pool, candidates, values, probing);
    if (claimed !== 'again') return claimed;
  }
  return [];
}

export const claimCallbacks = (pool: Pool, ids: string[]): Promise<ClaimedCallback[]> => claim(pool, GIVEN, [ids]);
export const claimDueCallbacks = (pool: Pool): Promise<ClaimedCallback[]> => claim(pool, DUE_ANYWHERE, []);
/** Due at one recovering endpoint, oldest first. */
export const claimDueAt = (pool: Pool, endpointId: string): Promise<ClaimedCallback[]> => claim(pool, DUE_AT, [endpointId]);
export const claimFailedTwice = (pool: Pool, endpointId: string): Promise<ClaimedCallback[]> =>
  claim(pool, DUE_TWICE, [endpointId]);
/** One delivery to probe an open endpoint. */
export const claimProbe = (pool: Pool, endpointId: string): Promise<ClaimedCallback[]> => claim(pool, PROBE, [endpointId], true);
/** A few deliveries to test our own uplink. */
export const claimCanaries = (pool: Pool, count: number): Promise<ClaimedCallback[]> => claim(pool, CANARIES, [count]);
