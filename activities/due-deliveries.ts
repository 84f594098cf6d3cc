import type { Pool } from 'pg';
import type { Channel } from '../database/callbacks/delivery.ts';
import { affected, rows } from '../database/sql.ts';
import { LEASE, OPEN, OVERDUE, OWN_RUNS } from './callbacks/claim-callbacks.ts';
import { untilDue } from './callbacks/hold-callbacks.ts';
import { CHANNEL_OPEN } from './mail/relay-state.ts';

/**
 * Attempts of dead processes: they may have arrived, so they count as `unknown` and are made again. Just after a database
 * restart, live processes get time to renew their claims.
 */
export const reclaimDead = (pool: Pool): Promise<number> =>
  affected(
    pool,
    `with dead as (
       select id, claim, attempts, trigger, endpoint_id, lease_until from deliveries
       where state = 'in_flight' and lease_until < now() and pg_postmaster_start_time() < now() - interval '5 seconds' for update skip locked
     ), written as (
       insert into delivery_attempts (id, delivery_id, number, trigger, started_at, class, probe)
       select d.claim, d.id, d.attempts, d.trigger, d.lease_until - ${LEASE}, 'unknown', coalesce(e.health = 'open', false)
       from dead d left join callback_endpoints e on e.id = d.endpoint_id
       on conflict (id) do nothing
     )
     update deliveries d set state = 'retrying', next_at = now(), claim = null, lease_until = null, last_class = 'unknown'
     from dead where d.id = dead.id`,
  );

const NEXT: Record<Channel, string> = {
  callback: `select min(d.next_at) as at from callback_endpoints e cross join lateral (
      (select next_at from deliveries where endpoint_id = e.id and channel = 'callback' and ${OPEN} and next_at is not null
        and not (${OWN_RUNS}) order by next_at limit 1)
      union all (select next_at + ${OVERDUE} from deliveries where endpoint_id = e.id and channel = 'callback' and ${OPEN} and next_at is not null
        and ${OWN_RUNS} order by next_at limit 1)
    ) d where e.deleted_at is null and e.health = 'healthy'`,
  // While the relay refuses us, its next check is what is due.
  email: `select min(next_at) as at from deliveries where channel = 'email' and ${OPEN} and ${CHANNEL_OPEN}
    union all select min(next_at) from notices where finished_at is null and ${CHANNEL_OPEN}
    union all select min(check_at) from mail_channels where paused_at is not null`,
};

/** Milliseconds until the channel's next delivery: 0 when due, null when nothing is owed. */
export async function untilNextDue(pool: Pool, channel: Channel): Promise<number | null> {
  const [next] = await rows<{ ms: number | null }>(
    pool,
    `select extract(epoch from min(at) - now())::float8 * 1000 as ms from (
       ${NEXT[channel]}
       union all select min(lease_until) from deliveries where channel = $1 and state = 'in_flight') t`,
    [channel],
  );
  return untilDue(next?.ms);
}
