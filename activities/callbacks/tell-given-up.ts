import type { Pool } from 'pg';
import { emitEvents } from '../../database/callbacks/emit-events.ts';
import type { LastFailure } from '../../database/callbacks/callback-endpoint.ts';
import { announce } from '../../database/live.ts';
import { oweNotices } from '../../database/mail/notice.ts';
import { rows, transaction } from '../../database/sql.ts';
import { classForCustomer } from '../../domain/callbacks/attempt-class.ts';
import type { Notice } from '../../domain/mail/notice.ts';

type News = {
  id: string;
  account: string;
  url: string;
  description: string;
  health: string;
  lastFailure: LastFailure | null;
  type: 'delivery.exhausted' | 'endpoint.failing' | 'endpoint.recovered';
  /** Deliveries given up, and the first of them. */
  count: number;
  delivery: string | null;
  since: Date;
};

// Each once, until the endpoint accepts something again. Only endpoints that failed within a day are read.
const FOUND = `
  with e as (
    select e.* from callback_endpoints e
    where e.deleted_at is null and (e.trickle_told_at is not null or (e.last_failure->>'at')::timestamptz > now() - interval '1 day')
  ), news as (
    select e.id, 'delivery.exhausted' as type, x.count, x.delivery, x.since from e cross join lateral (
      select count(*)::int as count, (array_agg(d.id order by d.finished_at))[1] as delivery, min(d.finished_at) as since from deliveries d
      where d.account_id = e.account_id and d.delivered_at is null and d.endpoint_id = e.id and d.channel = 'callback' and d.state = 'exhausted'
        and d.finished_at > greatest(e.exhausted_told_at, now() - interval '1 day')) x
    where x.count > 0 and (e.exhausted_told_at is null or e.last_success_at > e.exhausted_told_at)
    union all
    select e.id, 'endpoint.failing', 0, null, to_timestamp((e.track->>'failingSince')::float8 / 1000) from e
    where e.health = 'healthy' and e.trickle_told_at is null and (e.track->>'failures')::int > 1
      and (e.track->>'failingSince')::float8 < extract(epoch from now() - interval '1 day') * 1000
    union all
    select e.id, 'endpoint.recovered', 0, null, e.last_success_at from e
    where e.health = 'healthy' and e.trickle_told_at is not null and e.last_success_at > e.trickle_told_at
  ), told as (
    update callback_endpoints c set
      exhausted_told_at = case when n.types @> array['delivery.exhausted'] then now() else c.exhausted_told_at end,
      trickle_told_at = case when n.types @> array['endpoint.failing'] then now()
        when n.types @> array['endpoint.recovered'] then null else c.trickle_told_at end
    from (select id, array_agg(type) as types from news group by id) n where c.id = n.id
  )
  select e.id, e.account_id as account, e.url, e.description, e.health, e.last_failure as "lastFailure", n.type, n.count, n.delivery, n.since
  from news n join e on e.id = n.id order by e.account_id, e.id`;

const noticeOf = ({ type, url, count, since }: News): Notice => {
  switch (type) {
    case 'delivery.exhausted':
      return { kind: 'deliveries-exhausted', data: { url, count } };
    case 'endpoint.failing':
      return { kind: 'endpoint-failing', data: { url, since: since.toISOString() } };
    case 'endpoint.recovered':
      return { kind: 'endpoint-recovered', data: { url } };
    default:
      return type satisfies never;
  }
};

const dataOf = ({ id, url, description, type, health, lastFailure, count, delivery, since }: News) => ({
  endpoint: { id, url, description },
  ...(type === 'delivery.exhausted'
    ? { deliveries: { count, first: delivery } }
    : { reason: type === 'endpoint.failing' ? 'unreachable' : 'recovered' }),
  health,
  since: since.toISOString(),
  lastFailure: lastFailure && { ...lastFailure, class: classForCustomer(lastFailure.class, lastFailure.status) },
});

/** Idempotent: tells accounts of deliveries given up, and of quiet endpoints failing for a day. True if any. */
export async function tellGivenUp(pool: Pool): Promise<boolean> {
  const accounts = await transaction(pool, async (client) => {
    const [{ mine } = { mine: false }] = await rows<{ mine: boolean }>(
      client,
      `select pg_try_advisory_xact_lock(hashtext('tell given up')) as mine`,
    );
    const news = mine ? await rows<News>(client, FOUND) : [];
    if (news.length === 0) return [];
    await oweNotices(
      client,
      news.map((each) => ({ to: { accountId: each.account }, ...noticeOf(each) })),
    );
    const events = news.map((each) => ({
      accountId: each.account,
      type: each.type,
      exceptEndpoint: each.id,
      data: dataOf(each),
    }));
    return (await emitEvents(client, events, null)).accounts;
  });
  await announce(pool, accounts);
  return accounts.length > 0;
}
