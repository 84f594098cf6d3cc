import type { Pool, PoolClient } from 'pg';
import { rows, transaction } from '../../database/sql.ts';
import { OPEN } from '../callbacks/claim-callbacks.ts';
import { dueEmails, type ClaimedEmail, type WhichEmails } from './claim-deliveries.ts';
import { MAIL_LEASE_SECONDS } from './renew-claims.ts';
import { CHANNEL_OPEN } from './relay-state.ts';

/** Single-reply mails per address and minute before further replies are gathered. */
const ALONE_PER_MINUTE = 6;
/** Most replies in one mail; a larger flood makes several mails at once. */
const MOST_IN_ONE = 100;

const WAITS = `d.channel = 'email' and d.conversation_id is not null and ${OPEN} and d.next_at is not null`;

/** Everything but `waiting` is null where nothing was claimed. */
type Row = Omit<ClaimedEmail, 'deliveries' | 'bodies'> & { waiting: number; claim: string | null; attempt: number; mail: string };

// A claim takes everything waiting for the same mail, due or not: a mail is sent whole or not at all. Its content is fixed at the
// first claim. In the last branch of `going` the mail is a digest, named by its first reply.
const CLAIM = (where: string) => `
  with picked as (
    select d.id, d.email_id, d.conversation_id, d.mail_id from deliveries d where ${WAITS} and ${CHANNEL_OPEN} and d.email_id = any($2::uuid[]) and ${where}
  ), wanted as (
    select id from picked
    union select d.id from picked p join deliveries d on d.mail_id = p.mail_id
    union select d.id from picked p join deliveries d on d.endpoint_id is null and d.conversation_id = p.conversation_id and d.email_id = p.email_id
      and d.mail_id is null and ${WAITS} where p.mail_id is null
  ), due as (
    select d.id, d.email_id, d.conversation_id, d.mail_id, d.sequence, a.gather, d.held_reason = 'gathering' as waiting,
      case when a.deleted_at is not null then 'removed' when s.address is not null then 'suppressed' end as over
    from deliveries d join wanted w on w.id = d.id join reply_emails a on a.id = d.email_id
      left join mail_suppressions s on s.account_id = d.account_id and s.address = lower(a.address)
    where ${WAITS} order by d.id for update of d skip locked
  ), ended as (
    update deliveries d set state = 'aborted', last_class = due.over, held_reason = null, next_at = null, finished_at = now()
    from due where d.id = due.id and due.over is not null
  ), talks as (
    select email_id, conversation_id, bool_or(waiting) is true as waiting, (select max(g.at) from gathered_mails g
      where g.email_id = due.email_id and g.conversation_id = due.conversation_id and g.at > now() - interval '1 minute') as last
    from due where mail_id is null and gather and over is null group by email_id, conversation_id
  ), placed as (
    select due.id, due.email_id, due.conversation_id, due.sequence, talks.last,
      not talks.waiting and row_number() over (partition by due.email_id, talks.waiting order by due.id) <= ${ALONE_PER_MINUTE} - (
        select count(*) from gathered_mails g where g.email_id = due.email_id and g.at > now() - interval '1 minute') as alone
    from due join talks using (email_id, conversation_id) where due.mail_id is null and due.gather and due.over is null
  ), rest as (
    select id, last, email_id, conversation_id, exists (
        select from placed p where p.alone and p.email_id = placed.email_id and p.conversation_id = placed.conversation_id) as just,
      sequence, (row_number() over (partition by email_id, conversation_id order by sequence, id) - 1) / ${MOST_IN_ONE} as part
    from placed where not alone
  ), kept as (
    update deliveries d set state = 'held', held_reason = 'gathering', next_at = coalesce(rest.last, now()) + interval '1 minute'
    from rest where d.id = rest.id and (rest.last is not null or rest.just) returning d.id
  ), going as (
    select id, mail_id, false as fresh from due where mail_id is not null and over is null
    union all select id, id, false from due where mail_id is null and not gather and over is null
    union all select id, id, true from placed where alone
    union all select id, first_value(id) over (partition by email_id, conversation_id, part order by sequence, id), true
      from rest where last is null and not just
  ), taken as (
    update deliveries d set state = 'in_flight', claim = gen_random_uuid(), attempts = d.attempts + 1, held_reason = null,
      mail_id = going.mail_id, lease_until = now() + interval '${MAIL_LEASE_SECONDS} seconds'
    from going where d.id = going.id
    returning d.id, d.claim, d.attempts, d.trigger, d.mail_id, d.account_id, d.email_id, d.conversation_id, going.fresh
  ), written as (
    insert into delivery_attempts (id, delivery_id, number, trigger, started_at, class)
    select claim, id, attempts, trigger, now(), 'unknown' from taken
  ), noted as (
    insert into gathered_mails (id, email_id, conversation_id, at)
    select mail_id, email_id, conversation_id, now() from taken where fresh and id = mail_id
  )
  select k.waiting, t.* from (select count(*)::int as waiting from kept) k left join (
    select t.id, t.claim, t.attempts as attempt, t.mail_id as mail, t.account_id as "accountId", t.email_id as "emailId",
      a.address, a.locale, c.time_zone as "timeZone"
    from taken t join reply_emails a on a.id = t.email_id join accounts c on c.id = t.account_id) t on true`;

/**
 * Claims deliveries of addresses that want digests. Replies go alone until an address had six mails within a minute; then each
 * conversation gets one mail a minute and later replies are held for it. Claim, attempts and content are one commit, so a
 * repeated mail has the same text and Message-ID. `waiting` counts the held ones.
 */
export async function claimDigests(pool: Pool, which: WhichEmails): Promise<{ mails: ClaimedEmail[]; waiting: number }> {
  const { where, value } = dueEmails(which);
  return transaction(pool, async (client) => {
    // One claim per address at a time, so that the last minute's mails are counted right.
    const addresses = await rows<{ id: string }>(
      client,
      `select id from reply_emails where id in (select d.email_id from deliveries d where ${WAITS} and ${where}) order by id for no key update`,
      [value],
    );
    if (addresses.length === 0) return { mails: [], waiting: 0 };
    const claimed = await rows<Row>(client, CLAIM(where), [value, addresses.map(({ id }) => id)]);
    const taken = claimed.flatMap(({ claim, ...row }) => (claim === null ? [] : [{ ...row, claim }]));
    const bodies = await bodiesOf(client, [...new Set(taken.map(({ mail }) => mail))]);
    const mails = [...Map.groupBy(taken, ({ mail }) => mail)].flatMap(([id, carried]) => {
      const [first] = carried;
      if (!first) return [];
      const { address, locale, emailId, accountId, timeZone } = first;
      const deliveries = carried.map((row) => ({ id: row.id, claim: row.claim, attempt: row.attempt }));
      return { id, deliveries, address, locale, emailId, accountId, timeZone, bodies: bodies.get(id) ?? [] };
    });
    return { mails, waiting: claimed[0]?.waiting ?? 0 };
  });
}

/** Each mail's content: all its deliveries, whatever their state since. */
async function bodiesOf(client: PoolClient, mails: string[]): Promise<Map<string, string[]>> {
  const found = await rows<{ mail_id: string; bodies: string[] }>(
    client,
    `select d.mail_id, array_agg(v.body order by d.sequence, d.id) as bodies from deliveries d join events v on v.id = d.event_id
     where d.mail_id = any($1::uuid[]) and d.state <> 'aborted' group by d.mail_id`,
    [mails],
  );
  return new Map(found.map((row) => [row.mail_id, row.bodies]));
}
