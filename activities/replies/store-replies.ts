import type { InboundReply } from '../../carriers/carrier.ts';
import { normaliseOrigin } from '../../domain/phone-number.ts';
import { decodeText } from '../../domain/sms/sms-text.ts';
import { newId } from '../../database/ids.ts';
import { rows, type Sql } from '../../database/sql.ts';

/** A reply's row to be. `body` is kept only where `text` can't hold the bytes. */
export type NewReply = {
  id: string;
  externalId: string | null;
  fromRaw: string;
  toRaw: string;
  fromNumber: string;
  replyCode: string;
  text: string;
  body: Buffer | null;
  receivedAt: Date;
  precision: string;
  partial: boolean;
  /** Identifies it where it may arrive by two ways. */
  contentKey: string | null;
};

/** PostgreSQL refuses U+0000 and lone surrogates. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');

export const readReply = (reply: InboundReply, country: string): NewReply =>
  newReply(reply, decodeText(reply.body, reply.encoding), country);

export function newReply(reply: InboundReply, read: string, country: string): NewReply {
  const text = storable(read);
  const fromRaw = storable(reply.from);
  const toRaw = storable(reply.to);
  return {
    id: newId(),
    externalId: reply.externalId,
    fromRaw,
    toRaw,
    fromNumber: normaliseOrigin(fromRaw, country),
    replyCode: normaliseOrigin(toRaw, country),
    text,
    body: text === read && reply.encoding !== 'binary' ? null : Buffer.from(reply.body),
    receivedAt: reply.receivedAt,
    precision: reply.precision,
    partial: false,
    contentKey: null,
  };
}

// The database's times: a worker's wrong clock would date a reply before its message.
const INSERT = `
  with session as (
    update carrier_sessions set acked_through = greatest(acked_through, $ackedThrough::uuid)
    where id = $session and $ackedThrough::uuid is not null
  )
  insert into replies (id, carrier_id, session_id, external_id, from_raw, to_raw, from_number, reply_code, text, body,
    received_at, precision, partial, content_key, ingested_at, released_at, handed_at)
  select r.id, $carrier, $session, r.external_id, r.from_raw, r.to_raw, r.from_number, r.reply_code, r.text, r.body,
    case when r.precision = 'ours' and not r.partial then now() else r.received_at end, r.precision, r.partial, r.content_key, now(),
    case when $released then now() end, case when $released then now() end
  from unnest($ids::uuid[], $externalIds::text[], $fromRaws::text[], $toRaws::text[], $fromNumbers::text[], $replyCodes::text[],
    $texts::text[], $bodies::bytea[], $receivedAt::timestamptz[], $precisions::text[], $partial::bool[], $contentKeys::text[])
    as r (id, external_id, from_raw, to_raw, from_number, reply_code, text, body, received_at, precision, partial, content_key)
  on conflict do nothing returning id`;

/**
 * Stores replies and returns the new ids. `session`: its bind, and how far its acknowledgements were written. Not `released`:
 * waits for the nightly sync.
 */
export async function insertReplies(
  sql: Sql,
  carrierId: string,
  replies: NewReply[],
  { session, released = true }: { session?: { id: string; ackedThrough: string | null }; released?: boolean } = {},
): Promise<string[]> {
  const stored = await rows<{ id: string }>(sql, INSERT, {
    carrier: carrierId,
    session: session?.id ?? null,
    ackedThrough: session?.ackedThrough ?? null,
    released,
    ids: replies.map((reply) => reply.id),
    externalIds: replies.map((reply) => reply.externalId),
    fromRaws: replies.map((reply) => reply.fromRaw),
    toRaws: replies.map((reply) => reply.toRaw),
    fromNumbers: replies.map((reply) => reply.fromNumber),
    replyCodes: replies.map((reply) => reply.replyCode),
    texts: replies.map((reply) => reply.text),
    bodies: replies.map((reply) => reply.body),
    receivedAt: replies.map((reply) => reply.receivedAt),
    precisions: replies.map((reply) => reply.precision),
    partial: replies.map((reply) => reply.partial),
    contentKeys: replies.map((reply) => reply.contentKey),
  });
  return stored.map((row) => row.id);
}
