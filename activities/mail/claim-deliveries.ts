import type { Pool } from 'pg';
import { rows } from '../../database/sql.ts';
import { OPEN } from '../callbacks/claim-callbacks.ts';
import { CHANNEL_OPEN } from './relay-state.ts';
import { MAIL_LEASE_SECONDS } from './renew-claims.ts';

/** The given ones, or the due ones up to a limit. */
export type WhichEmails = { ids: string[] } | { limit: number };

/** One mail with its deliveries: several only for a digest. */
export type ClaimedEmail = {
  /** First part of the Message-ID. */
  id: string;
  deliveries: { id: string; claim: string; attempt: number }[];
  emailId: string;
  address: string;
  locale: 'fr' | 'en';
  accountId: string;
  timeZone: string;
  /** Frozen events in conversation order. */
  bodies: string[];
};

type EmailRow = Omit<ClaimedEmail, 'deliveries' | 'bodies'> & { claim: string; attempt: number; body: string };

/** SQL condition for `which`, with `$1` as its value. */
export const dueEmails = (which: WhichEmails): { where: string; value: unknown } =>
  'ids' in which
    ? { where: 'd.id = any($1::uuid[])', value: which.ids }
    : { where: 'd.next_at <= now() order by d.next_at limit $1', value: which.limit };

/**
 * Claims mails of one reply each; claim and attempt are one commit. Deliveries to an address suppressed or removed meanwhile are
 * aborted.
 */
export async function claimEmails(pool: Pool, which: WhichEmails): Promise<ClaimedEmail[]> {
  const { where, value } = dueEmails(which);
  const claimed = await rows<EmailRow>(
    pool,
    `with due as (
       select d.id, a.deleted_at is not null as removed, s.address is not null as suppressed
       from deliveries d join reply_emails a on a.id = d.email_id
         left join mail_suppressions s on s.account_id = d.account_id and s.address = lower(a.address)
       where channel = 'email' and d.conversation_id is null and ${OPEN} and next_at is not null and ${CHANNEL_OPEN} and ${where}
       for update of d skip locked
     ), ended as (
       update deliveries d set state = 'aborted', last_class = case when due.removed then 'removed' else 'suppressed' end,
         held_reason = null, next_at = null, finished_at = now()
       from due where d.id = due.id and (due.removed or due.suppressed)
     ), taken as (
       update deliveries d set state = 'in_flight', claim = gen_random_uuid(), attempts = d.attempts + 1, held_reason = null,
         lease_until = now() + interval '${MAIL_LEASE_SECONDS} seconds'
       from due where d.id = due.id and not due.removed and not due.suppressed returning d.id, d.claim, d.attempts, d.trigger, d.account_id, d.email_id, d.event_id
     ), written as (
       insert into delivery_attempts (id, delivery_id, number, trigger, started_at, class)
       select claim, id, attempts, trigger, now(), 'unknown' from taken
     )
     select t.id, t.claim, t.attempts as attempt, t.account_id as "accountId", t.email_id as "emailId", a.address, a.locale,
       c.time_zone as "timeZone", v.body
     from taken t join reply_emails a on a.id = t.email_id join accounts c on c.id = t.account_id join events v on v.id = t.event_id`,
    [value],
  );
  return claimed.map(({ claim, attempt, body, ...mail }) => ({
    ...mail,
    deliveries: [{ id: mail.id, claim, attempt }],
    bodies: [body],
  }));
}
