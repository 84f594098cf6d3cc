import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { PoolClient } from 'pg';
import type { CampaignState, Purpose } from './campaign.ts';
import { newId } from '../ids.ts';
import { affected, rows, type Sql } from '../sql.ts';

/** An accepted campaign: launched at once, sent from `sendAt`. */
export type NewCampaign = {
  id: string;
  accountId: string;
  carrierId: string;
  name: string;
  requestId?: string | null;
  httpRequestId?: string;
  route: 'premium' | 'lowcost';
  purpose: Purpose;
  text: string;
  sender: string | null;
  wireSender: string | null;
  withReplies: boolean;
  allowUnreachable: boolean;
  simulation: boolean;
  resendInDoubt?: boolean;
  keyword: string | null;
  callbackUrl?: string | null;
  callbackEndpointId?: string | null;
  state: CampaignState;
  total: number;
  segments: number;
  costMicros: number | null;
  optimise: boolean;
  sendAt: Date | null;
  expiresAt?: Date | null;
  createdAt: Date;
};

export type MessageBasis = {
  accountId: string;
  campaignId: string | null;
  conversationId: string | null;
  carrierId: string;
  twoWay: boolean;
  simulation: boolean;
};

export type NewMessage = {
  /** If not the shared one. */
  carrierId?: string;
  row: number | null;
  to: string;
  sender: string;
  replyCode: string | null;
  port: number | null;
  text: string;
  segments: number;
  reference: string | null;
  /** A reply may answer another campaign too. */
  ambiguous?: boolean;
  costMicros?: number | null;
};

const COLUMNS = `id, account_id, campaign_id, row, conversation_id, carrier_id, to_number, sender, reply_code, port, text,
  segments, reference, two_way, simulation, state, ambiguous, cost_micros`;
/** Messages encoded per chunk: about 200 kB, a few milliseconds. */
const CHUNK = 1000;

const SPECIAL = /[\\\t\n\r\b\f\v]/;
const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

/** COPY text format. */
function copyValue(value: string | number | boolean | null): string {
  if (value === null) return '\\N';
  const text = String(value);
  return SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r\b\f\v]/g, (character) => ESCAPES[character] ?? character) : text;
}

export const insertMessage = async (sql: Sql, basis: MessageBasis, message: NewMessage & { id: string }): Promise<void> =>
  void (await affected(
    sql,
    `insert into messages (${COLUMNS})
     values ($id, $accountId, $campaignId, $row, $conversationId, $carrierId, $to, $sender, $replyCode, $port, $text, $segments,
       $reference, $twoWay, $simulation, 'queued', $ambiguous, $costMicros)`,
    {
      ...message,
      ...basis,
      carrierId: message.carrierId ?? basis.carrierId,
      ambiguous: message.ambiguous ?? false,
      costMicros: message.costMicros ?? null,
    },
  ));

async function* encode(basis: MessageBasis, messages: readonly NewMessage[]): AsyncGenerator<string> {
  // Shared columns are encoded once.
  const owner = [basis.accountId, basis.campaignId].map(copyValue).join('\t');
  const conversation = copyValue(basis.conversationId);
  const state = [basis.twoWay, basis.simulation, 'queued'].map(copyValue).join('\t');
  for (let start = 0; start < messages.length; start += CHUNK) {
    await setImmediate();
    let chunk = '';
    for (const each of messages.slice(start, start + CHUNK)) {
      const sent = `${copyValue(each.to)}\t${copyValue(each.sender)}\t${copyValue(each.replyCode)}\t${copyValue(each.port)}`;
      const said = `${copyValue(each.text)}\t${each.segments}\t${copyValue(each.reference)}`;
      const place = `${copyValue(each.row)}\t${conversation}\t${each.carrierId ?? basis.carrierId}`;
      chunk += `${newId()}\t${owner}\t${place}\t${sent}\t${said}\t${state}\t${each.ambiguous ?? false}\t${copyValue(each.costMicros ?? null)}\n`;
    }
    yield chunk;
  }
}

/** Stores messages by COPY in the caller's transaction, yielding between chunks. */
export async function copyMessages(client: PoolClient, basis: MessageBasis, messages: readonly NewMessage[]): Promise<void> {
  const stream = client.query(copyFrom(`copy messages (${COLUMNS}) from stdin`));
  await pipeline(Readable.from(encode(basis, messages)), stream);
}

/** Delays a campaign by the database clock. Returns its earliest sending time. */
export async function holdCampaign(sql: Sql, id: string, seconds: number): Promise<Date> {
  const [held] = await rows<{ at: Date }>(
    sql,
    `update campaigns set send_at = greatest(send_at, clock_timestamp() + make_interval(secs => $2)) where id = $1 returning send_at as at`,
    [id, seconds],
  );
  if (!held) throw new Error('The campaign does not exist');
  return held.at;
}

export async function storeCampaign(
  client: PoolClient,
  campaign: NewCampaign,
  twoWay: boolean,
  messages: readonly NewMessage[],
): Promise<void> {
  const { id, accountId, carrierId, simulation } = campaign;
  await affected(
    client,
    `insert into campaigns (id, account_id, carrier_id, name, route, purpose, text, sender, wire_sender, with_replies, simulation, state, total,
       segments, send_at, created_at, launched_at, resend_in_doubt, keyword, allow_unreachable, callback_url, callback_endpoint_id, cost_micros, optimise, request_id, expires_at, http_request_id)
     values ($id, $accountId, $carrierId, $name, $route, $purpose, $text, $sender, $wireSender, $withReplies, $simulation, $state,
       $total, $segments, $sendAt, $createdAt, $createdAt, $resendInDoubt, $keyword, $allowUnreachable, $callbackUrl,
       $callbackEndpointId, $costMicros, $optimise, $requestId, $expiresAt, $httpRequestId)`,
    {
      ...campaign,
      resendInDoubt: campaign.resendInDoubt ?? false,
      callbackUrl: campaign.callbackUrl ?? null,
      callbackEndpointId: campaign.callbackEndpointId ?? null,
      requestId: campaign.requestId ?? null,
      expiresAt: campaign.expiresAt ?? null,
      httpRequestId: campaign.httpRequestId ?? null,
    },
  );
  const carrierIds = new Set(messages.map((message) => message.carrierId ?? carrierId));
  if (carrierIds.size > 1)
    await affected(client, 'update campaigns set carrier_ids = $2::uuid[] where id = $1', [id, [...carrierIds]]);
  await copyMessages(client, { accountId, campaignId: id, conversationId: null, carrierId, twoWay, simulation }, messages);
}
