import type { Pool } from 'pg';
import { affected, rows } from '../database/sql.ts';
import type { Notice } from '../domain/notice.ts';
import { nextDelay, type Schedule } from '../domain/retry-schedule.ts';
import type { MailResult } from './mailer.ts';

export type ClaimedNotice = Notice & {
  id: string;
  claim: string;
  attempts: number;
  address: string;
  locale: 'fr' | 'en';
  timeZone: string;
};

/** Claims notices that are due, for three minutes; a claim that ran out is due again. */
export const claimNotices = (pool: Pool, limit: number): Promise<ClaimedNotice[]> =>
  rows<ClaimedNotice>(
    pool,
    `with due as (
       select id from notices where finished_at is null and next_at <= now() order by next_at limit $1 for update skip locked
     )
     update notices n set state = 'in_flight', claim = gen_random_uuid(), attempts = n.attempts + 1, next_at = now() + interval '3 minutes'
     from due where n.id = due.id
     returning n.id, n.claim, n.attempts, n.address, n.locale, n.time_zone as "timeZone", n.kind, n.data`,
    [limit],
  );

/** Writes down how an attempt ended, if its claim still holds. */
export async function recordNotice(
  pool: Pool,
  { id, claim, attempts }: ClaimedNotice,
  result: MailResult,
  schedule: Schedule,
): Promise<'delivered' | 'retrying' | 'exhausted'> {
  const delayMs = result.outcome === 'later' ? nextDelay({ attempt: attempts, random: Math.random, schedule }) : null;
  const state = result.outcome === 'sent' ? 'delivered' : delayMs === null ? 'exhausted' : 'retrying';
  const kind = result.outcome === 'sent' ? 'ok' : result.outcome === 'refused' ? 'smtp_5xx' : result.class;
  await affected(
    pool,
    `update notices set state = $3, last_class = $4, last_response = $5, claim = null,
       next_at = case when $6::float8 is not null then now() + make_interval(secs => $6 / 1000) end,
       finished_at = case when $6::float8 is null then now() end
     where id = $1 and claim = $2`,
    [id, claim, state, kind, result.response.slice(0, 500), delayMs],
  );
  return state;
}
