import type { PoolClient } from 'pg';
import { eraseUnfiled } from './erase-unfiled.ts';
import type { HashPhone } from './phone-hash.ts';
import { affected, rows } from '../sql.ts';

/** Replaces a number. Nothing is sent to it, and no reply matches it. */
export const ERASED = 'erased';

/** Assignments that take a person out of a message, and out of a reply. */
export const ERASED_MESSAGE = `to_number = '${ERASED}', text = '', reference = null, conversation_id = null`;
export const ERASED_REPLY = `from_number = '${ERASED}', from_raw = '${ERASED}', text = '', body = null, conversation_id = null`;

/** CTEs that erase messages, with their doubts, for the counts and costs; queued ones are skipped. Ids in `gone`. */
export const eraseMessagesWhere = (condition: string): string => `gone as (
    update messages set ${ERASED_MESSAGE},
      state = case when state = 'queued' then 'skipped' else state end, reason = case when state = 'queued' then 'erased' else reason end
    where ${condition} returning id
  ), doubted as (
    update doubts d set to_number = '${ERASED}' from gone where d.message_id = gone.id
  )`;

const SCRUBBED = `json_build_object('id', e.id, 'type', e.type, 'timestamp', to_char(e.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'data', json_build_object('erased', true))::text`;

/**
 * Erases what one account knows of one phone and aborts related deliveries, in the caller's transaction. Left are rows without
 * number and text, for the counts, and a hash on the opt-out list, so that nothing is sent to the number again. Idempotent.
 * Returns changed rows by kind.
 */
export async function eraseContact(
  client: PoolClient,
  accountId: string,
  phone: string,
  hashPhone: HashPhone,
): Promise<{ messages: number; replies: number; events: number }> {
  // Digits, as numbers may be written +33…, 0033… or %2B33….
  const digits = phone.slice(1);
  // Concurrent filing locks this row too.
  await affected(client, `select from conversations where account_id = $1 and phone = $2 for update`, [accountId, phone]);
  await eraseUnfiled(client, accountId, phone, ERASED);
  const messages = await affected(
    client,
    `with ${eraseMessagesWhere('to_number = $2 and account_id = $1')} select id from gone`,
    [accountId, phone],
  );
  const replies = await rows<{ id: string }>(
    client,
    `update replies set ${ERASED_REPLY} where account_id = $1 and from_number = $2 returning id`,
    [accountId, phone],
  );
  const replyIds = replies.map((reply) => reply.id);
  await affected(client, `delete from inbound_parts where reply_id = any($1::uuid[])`, [replyIds]);
  const events = await scrubEventsAbout(client, accountId, replyIds, digits);
  await affected(client, `delete from notices where account_id = $1 and data::text like '%' || $2 || '%'`, [accountId, digits]);
  await affected(
    client,
    `update idempotency_keys set response = '{"erased": true}' where account_id = $1 and response::text like '%' || $2 || '%'`,
    [accountId, digits],
  );
  // Uploaded lists hold numbers as written: compare the last nine digits.
  await affected(
    client,
    `update list_rows r set "values" = '{}'
     where r.import_id in (select id from list_imports where account_id = $1 and state <> 'importing' union all select id from saved_lists where account_id = $1)
       and right(regexp_replace(r."values" ->> 'to', '[^0-9]', '', 'g'), 9) = right($2, 9)`,
    [accountId, digits],
  );
  // A compressed file can't be searched: its draft asks for it again.
  await affected(
    client,
    `update compositions set recipients = case when recipients not like 'data:%' then (select string_agg(line, E'\\n' order by place)
       from string_to_table(recipients, E'\\n') with ordinality as l (line, place) where regexp_replace(line, '[^0-9]', '', 'g') not like $2) end
     where account_id = $1 and (recipients like 'data:%' or regexp_replace(recipients, '[^0-9]', '', 'g') like $2)`,
    [accountId, `%${digits.slice(-9)}%`],
  );
  await affected(
    client,
    `with talk as (delete from conversations where account_id = $1 and phone = $2 returning id)
     delete from conversation_notes n using talk where n.conversation_id = talk.id`,
    [accountId, phone],
  );
  for (const table of ['contacts', 'dead_numbers'])
    await affected(client, `delete from ${table} where account_id = $1 and phone = $2`, [accountId, phone]);
  await affected(
    client,
    `with listed as (delete from opt_outs where account_id = $1 and phone = $2 returning since, source)
     insert into opt_outs (account_id, phone, since, source, reason)
     select $1, $3, coalesce((select since from listed), now()), coalesce((select source from listed), 'erasure'), 'erased'
     on conflict do nothing`,
    [accountId, phone, hashPhone(phone)],
  );
  return { messages, replies: replies.length, events };
}

const scrubEventsAbout = (client: PoolClient, accountId: string, replyIds: string[], digits: string): Promise<number> =>
  scrubEvents(
    client,
    `select id from events where account_id = $1 and reply_id = any($2::uuid[])
     union
     select id from events where account_id = $1 and body like '%' || $3 || '%' and body ~ ('(^|[^0-9])' || $3 || '([^0-9]|$)')`,
    [accountId, replyIds, digits],
  );

/** Scrubs the selected events and the answers to them, and aborts their deliveries. */
export const scrubEvents = (client: PoolClient, about: string, values: unknown[]): Promise<number> =>
  affected(
    client,
    `with about as (
       ${about}
     ), aborted as (
       update deliveries d set body = case when d.body is null then null else '' end, claim = null, lease_until = null, next_at = null,
         held_reason = null, state = case when d.state in ('delivered', 'exhausted') then d.state else 'aborted' end,
         finished_at = coalesce(d.finished_at, now())
       from about where d.event_id = about.id returning d.id
     ), answered as (
       update delivery_attempts t set body_excerpt = null, response_headers = null, error = null from aborted where t.delivery_id = aborted.id
     )
     update events e set body = ${SCRUBBED} from about where e.id = about.id`,
    values,
  );
