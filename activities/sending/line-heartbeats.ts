import type { Pool } from 'pg';
import type { SessionHealth } from '../../carriers/carrier.ts';
import { rows } from '../../database/sql.ts';
import type { Slot } from './slot-lease.ts';

/** One line's report. `accepted`: messages accepted since it opened. */
export type Beat = { slot: Slot; window: number; accepted: number; health: SessionHealth };

type Seen = { at: number; accepted: number; perSecond: number };

/** Weight of the last beat in the throughput. */
const WEIGHT = 0.4;

/** Reports all lines in one statement and returns their paused carriers. */
export function createBeats(pool: Pool, worker: string) {
  let seen = new Map<string, Seen>();
  return async (beats: Beat[]): Promise<Set<string>> => {
    if (beats.length === 0) return new Set();
    const now = performance.now();
    const next = new Map<string, Seen>();
    const told = beats.map((beat) => {
      const key = `${beat.slot.carrierId} ${beat.slot.slot} ${beat.slot.epoch}`;
      const before = seen.get(key);
      const fresh = before && now > before.at ? ((beat.accepted - before.accepted) * 1000) / (now - before.at) : 0;
      const perSecond = before ? before.perSecond * (1 - WEIGHT) + fresh * WEIGHT : 0;
      next.set(key, { at: now, accepted: beat.accepted, perSecond });
      return { ...beat, perSecond: perSecond < 0.01 ? 0 : perSecond };
    });
    seen = next;
    const paused = await rows<{ id: string }>(pool, BEAT, {
      worker,
      carriers: told.map(({ slot }) => slot.carrierId),
      slots: told.map(({ slot }) => slot.slot),
      epochs: told.map(({ slot }) => slot.epoch),
      states: told.map(({ health }) => health.state),
      since: told.map(({ health }) => health.since),
      refused: told.map(({ health }) => health.refused ?? false),
      inFlight: told.map(({ health }) => health.inFlight),
      windows: told.map(({ window }) => window),
      lastErrors: told.map(({ health }) => health.lastError?.slice(0, 300) ?? null),
      accepted: told.map(({ accepted }) => accepted),
      perSecond: told.map(({ perSecond }) => perSecond),
      refusing: told.map(({ health }) => health.refusing ?? null),
    });
    return new Set(paused.map(({ id }) => id));
  };
}

const BEAT = `
  with told as (
    select * from unnest($carriers::uuid[], $slots::smallint[], $epochs::bigint[], $states::text[], $since::timestamptz[], $refused::bool[],
      $inFlight::int[], $windows::int[], $lastErrors::text[], $accepted::bigint[], $perSecond::real[], $refusing::text[])
      as t (carrier_id, slot, epoch, state, since, refused, in_flight, "window", last_error, accepted, per_second, refusing)
  ), written as (
    insert into carrier_lines as l (carrier_id, slot, epoch, worker, state, since, bound_at, refused, in_flight, "window", last_error, accepted, per_second, refusing, beat_at)
    select carrier_id, slot, epoch, $worker, state, since, case when state = 'bound' then now() end, refused, in_flight, "window", last_error, accepted, per_second, refusing, now()
    from told order by carrier_id, slot
    on conflict (carrier_id, slot) do update set epoch = excluded.epoch, worker = excluded.worker, state = excluded.state, since = excluded.since,
      bound_at = coalesce(excluded.bound_at, l.bound_at), refused = excluded.refused, in_flight = excluded.in_flight, "window" = excluded."window",
      last_error = excluded.last_error, accepted = excluded.accepted, per_second = excluded.per_second, refusing = excluded.refusing, beat_at = excluded.beat_at
    where l.epoch <= excluded.epoch
  )
  select id from carriers where paused_at is not null and id in (select carrier_id from told)`;
