import type { Pool } from 'pg';
import type { Channel } from '../database/delivery.ts';
import { affected, rows, transaction } from '../database/sql.ts';

/** Requests in flight at one endpoint, across all processes. */
export const PLACES = 8;

/** A delivery that this process may attempt, once, until its lease ends. */
export type ClaimedCallback = {
  id: string;
  claim: string;
  attempt: number;
  endpointId: string;
  url: string;
  secrets: Buffer;
  timeoutMs: number;
  eventId: string;
  body: string;
};

type ClaimRow = {
  id: string;
  claim: string;
  attempts: number;
  endpoint_id: string;
  url: string;
  secrets: Buffer;
  timeout_ms: number;
  event_id: string;
  body: string;
};

const OPEN = `state in ('pending', 'retrying', 'held')`;

/** Which of these wait for an attempt, by endpoint; what is done, held for an endpoint that is gone, or claimed is left out. */
const WAITING = `select id, endpoint_id from deliveries where id = any($1::uuid[]) and ${OPEN} and next_at is not null`;

// Per endpoint, so that the backlog of one never hides what is due at the others.
const DUE = `
  select d.id, d.endpoint_id from callback_endpoints e
  cross join lateral (
    select id, endpoint_id from deliveries where endpoint_id = e.id and channel = 'callback' and ${OPEN} and next_at <= now()
    order by next_at limit ${PLACES}
  ) d
  where e.deleted_at is null and e.gone_at is null limit 1000`;

/**
 * Claims as many of the deliveries as their endpoints have places for, and writes each attempt's row, in one transaction:
 * a crash after it leaves an attempt that says `unknown`, never a hole. A place is an `in_flight` row whose lease lives,
 * counted under the endpoint's row lock; there is no counter for a crash to leak.
 */
const claim = (pool: Pool, candidates: string, values: unknown[]): Promise<ClaimedCallback[]> =>
  transaction(pool, async (client) => {
    const waiting = await rows<{ id: string; endpoint_id: string }>(client, candidates, values);
    if (waiting.length === 0) return [];
    const endpoints = [...new Set(waiting.map((row) => row.endpoint_id))].toSorted();
    await rows(client, `select id from callback_endpoints where id = any($1::uuid[]) order by id for no key update`, [endpoints]);
    // A statement of its own: it must see what others committed while this one waited for the lock.
    const claimed = await rows<ClaimRow>(
      client,
      `with busy as (
         select endpoint_id, count(*) as places from deliveries
         where endpoint_id = any($2::uuid[]) and state = 'in_flight' and lease_until > now() group by 1
       ), ranked as (
         select d.id, d.endpoint_id, row_number() over (partition by d.endpoint_id order by d.next_at, d.id) as place
         from deliveries d where d.id = any($1::uuid[]) and d.${OPEN} and d.next_at is not null
       ), taken as (
         update deliveries d set state = 'in_flight', claim = gen_random_uuid(), attempts = d.attempts + 1, held_reason = null,
           lease_until = now() + make_interval(secs => e.timeout_ms / 1000.0 + 15)
         from ranked r join callback_endpoints e on e.id = r.endpoint_id left join busy b on b.endpoint_id = r.endpoint_id
         where d.id = r.id and e.deleted_at is null and e.gone_at is null and r.place <= ${PLACES} - coalesce(b.places, 0)
         returning d.id, d.claim, d.attempts, d.endpoint_id, d.event_id, e.url, e.secrets, e.timeout_ms
       ), written as (
         insert into delivery_attempts (id, delivery_id, number, trigger, started_at, class)
         select claim, id, attempts, 'auto', now(), 'unknown' from taken
       )
       select t.*, v.body from taken t join events v on v.id = t.event_id`,
      [waiting.map((row) => row.id), endpoints],
    );
    return claimed.map((row) => ({
      id: row.id,
      claim: row.claim,
      attempt: row.attempts,
      endpointId: row.endpoint_id,
      url: row.url,
      secrets: row.secrets,
      timeoutMs: row.timeout_ms,
      eventId: row.event_id,
      body: row.body,
    }));
  });

export const claimCallbacks = (pool: Pool, ids: string[]): Promise<ClaimedCallback[]> => claim(pool, WAITING, [ids]);
export const claimDueCallbacks = (pool: Pool): Promise<ClaimedCallback[]> => claim(pool, DUE, []);

/** Which of these still wait for a first place. */
export const stillPending = async (pool: Pool, ids: string[]): Promise<string[]> => {
  const waiting = await rows<{ id: string }>(pool, `select id from deliveries where id = any($1::uuid[]) and state = 'pending'`, [
    ids,
  ]);
  return waiting.map((row) => row.id);
};

/** A healthy endpoint's surplus: due at once, no attempt spent, taken by the run of retries. */
export const holdForRate = (pool: Pool, ids: string[]): Promise<number> =>
  affected(
    pool,
    `update deliveries set state = 'held', held_reason = 'rate', next_at = now() where id = any($1::uuid[]) and state = 'pending'`,
    [ids],
  );

/** Attempts whose process died: they may have arrived, so they count, and are made again. */
export const reclaimDead = (pool: Pool): Promise<number> =>
  affected(
    pool,
    `update deliveries set state = 'retrying', next_at = now(), claim = null, lease_until = null, last_class = 'unknown'
     where state = 'in_flight' and lease_until < now()`,
  );

const NEXT: Record<Channel, string> = {
  callback: `select min(d.next_at) as at from callback_endpoints e cross join lateral (
      select next_at from deliveries where endpoint_id = e.id and channel = 'callback' and ${OPEN} and next_at is not null order by next_at limit 1
    ) d where e.deleted_at is null and e.gone_at is null`,
  email: `select min(next_at) as at from deliveries where channel = 'email' and ${OPEN}`,
};

/** Milliseconds until the next delivery of that channel is due: 0 when one is, null when nothing is owed. */
export async function untilNextDue(pool: Pool, channel: Channel): Promise<number | null> {
  const [next] = await rows<{ ms: number | null }>(
    pool,
    `select extract(epoch from min(at) - now())::float8 * 1000 as ms from (
       ${NEXT[channel]}
       union all select min(lease_until) from deliveries where channel = $1 and state = 'in_flight') t`,
    [channel],
  );
  return next?.ms === null || next === undefined ? null : Math.max(0, Math.ceil(next.ms));
}

export type ClaimedEmail = {
  id: string;
  claim: string;
  attempt: number;
  address: string;
  locale: 'fr' | 'en';
  accountId: string;
  timeZone: string;
  body: string;
};

type EmailRow = {
  id: string;
  claim: string;
  attempts: number;
  address: string;
  locale: 'fr' | 'en';
  account_id: string;
  time_zone: string;
  body: string;
};

/** Claims mails: those given, or whatever is due. Claim and attempt are one commit, as for callbacks. */
export async function claimEmails(pool: Pool, which: { ids: string[] } | { limit: number }): Promise<ClaimedEmail[]> {
  const [where, value] =
    'ids' in which ? ['id = any($1::uuid[])', which.ids] : ['next_at <= now() order by next_at limit $1', which.limit];
  const claimed = await rows<EmailRow>(
    pool,
    `with due as (
       select id from deliveries where channel = 'email' and ${OPEN} and next_at is not null and ${where} for update skip locked
     ), taken as (
       update deliveries d set state = 'in_flight', claim = gen_random_uuid(), attempts = d.attempts + 1, held_reason = null,
         lease_until = now() + interval '3 minutes'
       from due where d.id = due.id returning d.id, d.claim, d.attempts, d.account_id, d.email_id, d.event_id
     ), written as (
       insert into delivery_attempts (id, delivery_id, number, trigger, started_at, class)
       select claim, id, attempts, 'auto', now(), 'unknown' from taken
     )
     select t.id, t.claim, t.attempts, t.account_id, a.address, a.locale, c.time_zone, v.body
     from taken t join reply_emails a on a.id = t.email_id join accounts c on c.id = t.account_id join events v on v.id = t.event_id`,
    [value],
  );
  return claimed.map((row) => ({ ...row, attempt: row.attempts, accountId: row.account_id, timeZone: row.time_zone }));
}
