import type { Pool } from 'pg';
import { affected } from '../../database/sql.ts';
import { NOTE_NEWS } from './message-events.ts';

/** Whether a message `m` in doubt is sent again, once, by its campaign's choice. */
export const SENT_AGAIN = `(m.resends = 0 and coalesce((select c.resend_in_doubt from campaigns c where c.id = m.campaign_id), false))`;

/** Delay of the second attempt: enough for a receipt of the first. */
export const SECOND_TRY_SECONDS = 60;

/** Records those of `changed` (rows of messages) that are now in doubt. */
export const NOTE_DOUBTS = (changed: string): string =>
  `insert into doubts (message_id, carrier_id, to_number, sender, submitted_at, since)
     select id, carrier_id, to_number, sender, coalesce(submitted_at, now()), now() from ${changed} where state = 'in_doubt'
     on conflict (message_id) do update set since = excluded.since, submitted_at = excluded.submitted_at`;

/** After that no receipt is expected. */
export const ENDS_AFTER = '48 hours';

/** Idempotent: doubts older than 48 hours become `unknown`. Returns how many. */
export const endDoubts = (pool: Pool): Promise<number> =>
  affected(
    pool,
    `with old as (
       select message_id from doubts where since < now() - interval '${ENDS_AFTER}' order by message_id limit 20000 for update skip locked
     ), ended as (
       update messages m set state = 'unknown', settled_at = now() from old where m.id = old.message_id and m.state = 'in_doubt' returning m.id, m.account_id, m.state
     ), news as (
       ${NOTE_NEWS('ended')}
     )
     delete from doubts d using old where d.message_id = old.message_id`,
  );
