import type { PoolClient } from 'pg';
import { emitEvents, type NewEvent } from '../../database/callbacks/emit-events.ts';
import { rows, type Sql } from '../../database/sql.ts';
import { campaignOf } from '../replies/reply-event.ts';

/** A message as its events show it. */
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

const TYPES: Record<string, 'message.delivered' | 'message.undelivered'> = {
  delivered: 'message.delivered',
  undelivered: 'message.undelivered',
  expired: 'message.undelivered',
};

/** Whether any account has an endpoint that chose to hear of its messages: an index that holds those endpoints alone. */
export async function someoneHears(sql: Sql): Promise<boolean> {
  const found = await rows(
    sql,
    `select from callback_endpoints where deleted_at is null and types && array['message.delivered', 'message.undelivered'] limit 1`,
  );
  return found.length > 0;
}

/** Whether the account of a message `m` has such an endpoint. */
export const HEARS = `exists (
  select from callback_endpoints e where e.account_id = m.account_id and e.deleted_at is null
    and e.types && array['message.delivered', 'message.undelivered'])`;

/**
 * The states of these messages before receipts move them, locked so that each move is seen once; only those whose accounts
 * hear of it.
 */
export async function statesBefore(client: PoolClient, messageIds: string[]): Promise<Map<string, string>> {
  const found = await rows<{ id: string; state: string }>(
    client,
    `select id, state from messages m where id = any($1::uuid[]) and ${HEARS} order by id for update`,
    [messageIds],
  );
  return new Map(found.map((row) => [row.id, row.state]));
}

/** Emits one event for each message that has arrived, or will not, and had not before. Answers whose they are. */
export async function emitMoves(client: PoolClient, before: ReadonlyMap<string, string>): Promise<string[]> {
  const after = await rows<MessageFacts>(
    client,
    `select m.id, m.account_id, m.to_number, m.state, m.reason, m.reference, m.submitted_at, m.campaign_id, c.name as campaign_name, c.request_id
     from messages m left join campaigns c on c.id = m.campaign_id where m.id = any($1::uuid[]) order by m.id`,
    [[...before.keys()]],
  );
  const happened = after.flatMap((message): NewEvent[] => {
    const type = TYPES[message.state];
    if (type === undefined || before.get(message.id) === message.state) return [];
    return [
      {
        accountId: message.account_id,
        type,
        replyId: null,
        emails: false,
        campaignId: message.campaign_id,
        body: (id) => bodyOf(id, type, message),
        octopush: {
          kind: 'delivery',
          ticket: message.campaign_id,
          phone: message.to_number,
          status: type === 'message.delivered' ? 'DELIVERED' : 'NOT_DELIVERED',
          at: new Date(),
        },
      },
    ];
  });
  return (await emitEvents(client, happened, null)).accounts;
}

const bodyOf = (id: string, type: string, message: MessageFacts): string =>
  JSON.stringify({
    id,
    type,
    timestamp: new Date().toISOString(),
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
  });
