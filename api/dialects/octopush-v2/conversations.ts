import { rows } from '../../../database/sql.ts';
import { ENTRIES } from '../../conversations/conversation-entries.ts';
import { withCountry } from '../accept-foreign-send.ts';
import type { ApiServices, CallingAccount } from '../../services.ts';

const MOST = 100;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Query = Record<string, string>;

function pageOf({ page, per_page: perPage }: Query): { limit: number; offset: number } {
  const whole = (value: string | undefined, standard: number, most: number) =>
    Math.min(Math.max(Number.parseInt(value ?? '', 10) || standard, 1), most);
  const limit = whole(perPage, 20, MOST);
  return { limit, offset: (whole(page, 1, 10_000) - 1) * limit };
}

async function findOne({ db }: ApiServices, account: string, query: Query): Promise<{ id: string; phone: string } | undefined> {
  const { conversation_id: id = '', contact, phone_number: number } = query;
  const [found] = await rows<{ id: string; phone: string }>(
    db.pool,
    'select id, phone from conversations where account_id = $1 and (id = $2::uuid or phone = $3)',
    [account, UUID.test(id) ? id : null, withCountry(contact ?? number ?? '').replaceAll(/[^+\d]/g, '')],
  );
  return found;
}

/** `GET /conversations/list`, newest first. */
export async function listConversations({ db }: ApiServices, { id }: CallingAccount, query: Query) {
  const { limit, offset } = pageOf(query);
  const found = await rows<{ id: string; phone: string; unread: number; at: Date }>(
    db.pool,
    'select id, phone, unread, last_reply_at as at from conversations where account_id = $1 order by last_reply_at desc, id desc limit $2 offset $3',
    [id, limit, offset],
  );
  return found.map((each) => ({
    conversation_id: each.id,
    phone_number: each.phone,
    channel: 'sms',
    unread_messages: each.unread,
    last_message_date: each.at.toISOString(),
  }));
}

const STATUSES: Record<string, string> = {
  delivered: 'DELIVERED',
  undelivered: 'NOT_DELIVERED',
  failed: 'NOT_DELIVERED',
  expired: 'NOT_DELIVERED',
  skipped: 'NOT_ALLOWED',
  accepted: 'ACK',
  unknown: 'UNKNOWN_DELIVERY',
};

type Entry = {
  id: string;
  direction: 'inbound' | 'outbound';
  ms: number;
  text: string;
  campaignId: string | null;
  state: string | null;
};

/** `GET /conversations/messages/list`: one contact's thread, or without a contact all replies; newest first. */
export async function listMessages(services: ApiServices, account: CallingAccount, query: Query) {
  const { limit, offset } = pageOf(query);
  const all = !(query['contact'] ?? query['phone_number'] ?? query['conversation_id']);
  const one = all ? undefined : await findOne(services, account.id, query);
  if (!all && !one) return [];
  const found = one
    ? await rows<Entry & { phone: string }>(
        services.db.pool,
        `select e.*, $3 as phone from (${ENTRIES}) e order by ms desc, id desc limit $4 offset $5`,
        [one.id, account.id, one.phone, limit, offset],
      )
    : await rows<Entry & { phone: string }>(
        services.db.pool,
        `select id, 'inbound' as direction, extract(epoch from received_at)::float8 * 1000 as ms, text, campaign_id as "campaignId", null as state,
           from_number as phone from replies where account_id = $1 and not hidden order by received_at desc, id desc limit $2 offset $3`,
        [account.id, limit, offset],
      );
  return found.map(({ id, direction, ms, text, campaignId, state, phone }) => ({
    message_id: direction === 'inbound' ? id : (campaignId ?? id),
    text,
    direction,
    delivery_status: state === null ? null : (STATUSES[state] ?? 'UNDEFINED'),
    channel: 'sms',
    user_identifier: phone,
    date: new Date(ms).toISOString(),
  }));
}
