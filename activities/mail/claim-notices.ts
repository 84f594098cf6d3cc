import type { Pool } from 'pg';
import { affected, rows } from '../../database/sql.ts';
import type { Notice } from '../../domain/mail/notice.ts';
import { nextDelay, type Schedule } from '../../domain/callbacks/retry-schedule.ts';
import { CHANNEL_OPEN } from './relay-state.ts';
import type { MailResult } from './mailer.ts';

export type ClaimedNotice = Notice & {
  id: string;
  accountId: string | null;
  claim: string;
  attempts: number;
  address: string;
  locale: 'fr' | 'en';
  timeZone: string;
};

/** Claims due notices for three minutes; an expired claim is due again. Notices to a bounced address are aborted. */
export const claimNotices = (pool: Pool, limit: number): Promise<ClaimedNotice[]> =>
  rows<ClaimedNotice>(
    pool,
    `with due as (
       select n.id, s.address is not null as bounced from notices n
         left join mail_suppressions s on s.account_id = n.account_id and s.address = lower(n.address) and s.reason = 'bounced'
       where n.finished_at is null and n.next_at <= now() and ${CHANNEL_OPEN} order by n.next_at limit $1 for update of n skip locked
     ), ended as (
       update notices n set state = 'aborted', last_class = 'suppressed', claim = null, next_at = null, finished_at = now()
       from due where n.id = due.id and due.bounced
     )
     update notices n set state = 'in_flight', claim = gen_random_uuid(), attempts = n.attempts + 1, next_at = now() + interval '3 minutes'
     from due where n.id = due.id and not due.bounced
     returning n.id, n.account_id as "accountId", n.claim, n.attempts, n.address, n.locale, n.time_zone as "timeZone", n.kind, n.data`,
    [limit],
  );

/** Records the end of an attempt if its claim still holds. */
export async function recordNotice(
  pool: Pool,
  { id, claim, attempts }: ClaimedNotice,
  result: MailResult,
  schedule: Schedule,
): Promise<'delivered' | 'retrying' | 'exhausted'> {
  const unspent = result.outcome === 'later' && result.class === 'auth';
  const later = () => (unspent ? 0 : nextDelay({ attempt: attempts, random: Math.random, schedule }));
  const delayMs = result.outcome === 'later' ? later() : null;
  const state = result.outcome === 'sent' ? 'delivered' : delayMs === null ? 'exhausted' : 'retrying';
  const kind = result.outcome === 'sent' ? 'ok' : result.outcome === 'refused' ? 'smtp_5xx' : result.class;
  await affected(
    pool,
    `update notices set state = $3, last_class = $4, last_response = $5, claim = null, attempts = attempts - $7::int,
       next_at = case when $6::float8 is not null then now() + make_interval(secs => $6 / 1000) end,
       finished_at = case when $6::float8 is null then now() end
     where id = $1 and claim = $2`,
    [id, claim, state, kind, result.response.slice(0, 500), delayMs, Number(unspent)],
  );
  return state;
}
