import type { Pool, PoolClient } from 'pg';
import type { EventType } from '../../domain/callbacks/event-types.ts';
import { emitEvents, type NewEvent } from '../../database/callbacks/emit-events.ts';
import { rows, transaction, type Sql } from '../../database/sql.ts';
import { deliveryStatus, OCTOPUSH_ALSO } from '../../domain/callbacks/octopush-callback.ts';
import { campaignOf } from '../replies/reply-event.ts';

type MessageFacts = {
  id: string;
  account_id: string;
  to_number: string;
  state: string;
  reason: string | null;
  reference: string | null;
  submitted_at: Date | null;
  campaign_id: string | null;
  campaign_name: string | null;
  request_id: string | null;
};

const TYPES: Record<string, EventType> = {
  accepted: 'message.accepted',
  delivered: 'message.delivered',
  undelivered: 'message.undelivered',
  expired: 'message.undelivered',
  failed: 'message.not-sent',
  skipped: 'message.not-sent',
  unknown: 'message.unknown',
};

const HEARD = `types && array['message.accepted', 'message.delivered', 'message.undelivered', 'message.not-sent', 'message.unknown']`;

/** Whether any account subscribes to message events; the index holds only such endpoints. */
export async function someoneHears(sql: Sql): Promise<boolean> {
  const found = await rows(sql, `select from callback_endpoints where deleted_at is null and ${HEARD} limit 1`);
  return found.length > 0;
}

/** Whether the account of message `m` has such an endpoint. */
export const HEARS = `exists (
  select from callback_endpoints e where e.account_id = m.account_id and e.deleted_at is null and e.${HEARD})`;

/** After that an accepted message without a receipt counts as unknown. */
const UNHEARD = `interval '48 hours'`;
/** When an accepted message `m` is news: at once if subscribed, else once nothing was heard of it. */
const ACCEPTED_DUE = `case when exists (
  select from callback_endpoints e where e.account_id = m.account_id and e.deleted_at is null and 'message.accepted' = any(e.types)
) then now() else now() + ${UNHEARD} end`;

/** Records those of `changed` (rows of messages) that are news; unsent ones are due at once. */
export const NOTE_NEWS = (changed: string): string =>
  `insert into message_news (message_id, due_at)
     select m.id, case when m.state = 'accepted' then ${ACCEPTED_DUE} else now() end from ${changed} m
     where m.state in ('accepted', 'failed', 'skipped', 'unknown') and ${HEARS}
     on conflict (message_id) do update set due_at = excluded.due_at`;

const FACTS = `select m.id, m.account_id, m.to_number, m.state, m.reason, m.reference, m.submitted_at, m.campaign_id, c.name as campaign_name, c.request_id
   from messages m left join campaigns c on c.id = m.campaign_id`;

/** Emits an event for each message a receipt just moved, if its account subscribes. Returns the accounts. */
export async function emitMoves(client: PoolClient, moved: string[]): Promise<string[]> {
  const heard = await rows<MessageFacts>(client, `${FACTS} where m.id = any($1::uuid[]) and ${HEARS} order by m.id`, [moved]);
  return (await emitEvents(client, heard.map(eventOf), null)).accounts;
}

const PAGE = 500;

/**
 * Idempotent: emits events for messages unsent, accepted, or without news for two days. Each row is deleted with its event.
 * Returns the accounts.
 */
export async function tellNews(pool: Pool): Promise<string[]> {
  const told = new Set<string>();
  for (;;) {
    const { count, accounts } = await transaction(pool, async (client) => {
      const due = await rows<MessageFacts & { unheard: boolean; chosen: string[] }>(
        client,
        `with due as (
           delete from message_news where message_id in (
             select message_id from message_news where due_at <= now() order by due_at limit ${PAGE} for update skip locked) returning message_id
         ), again as (
           insert into message_news (message_id, due_at)
           select m.id, m.submitted_at + ${UNHEARD} from messages m join due on due.message_id = m.id
           where m.state = 'accepted' and m.submitted_at > now() - ${UNHEARD}
         )
         select f.*, coalesce(f.submitted_at <= now() - ${UNHEARD}, false) as unheard, array(
           select distinct type from callback_endpoints e cross join unnest(e.types || case
             when e.format <> 'standard' and 'message.undelivered' = any(e.types) then $1::text[] else '{}' end) as type
           where e.account_id = f.account_id and e.deleted_at is null) as chosen
         from (${FACTS}) f join due on due.message_id = f.id order by f.id`,
        [Object.keys(OCTOPUSH_ALSO)],
      );
      const news = due.flatMap((message): NewEvent[] => {
        const event = eventOf(message.state === 'accepted' && message.unheard ? { ...message, state: 'unknown' } : message);
        return NEWS.has(message.state) && message.chosen.includes(event.type) ? [event] : [];
      });
      return { count: due.length, accounts: (await emitEvents(client, news, null)).accounts };
    });
    for (const account of accounts) told.add(account);
    if (count < PAGE) return [...told];
  }
}
const NEWS = new Set(['accepted', 'failed', 'skipped', 'unknown']);

const eventOf = (message: MessageFacts): NewEvent => ({
  accountId: message.account_id,
  type: TYPES[message.state] ?? 'message.undelivered',
  campaignId: message.campaign_id,
  data: {
    message: {
      id: message.id,
      to: message.to_number,
      state: message.state,
      reason: message.reason,
      sentAt: message.submitted_at?.toISOString() ?? null,
      reference: message.reference,
    },
    campaign: campaignOf(message),
  },
  octopush: {
    kind: 'delivery',
    ticket: message.campaign_id ?? message.id,
    phone: message.to_number,
    status: deliveryStatus(message.state, message.reason),
    at: new Date(),
  },
});
