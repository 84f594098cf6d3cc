import type { Pool, PoolClient } from 'pg';
import type { InboundReply } from '../carriers/carrier.ts';
import type { TextEncoding } from '../domain/sms-text.ts';
import { newId } from '../database/ids.ts';
import { affected, rows, transaction } from '../database/sql.ts';
import { insertReplies, readReply } from './store-replies.ts';

type Part = InboundReply & { part: { reference: number; total: number; index: number } };
type StoredPart = {
  id: string;
  index: number;
  body: Buffer;
  encoding: TextEncoding;
  received_at: Date;
  precision: Part['precision'];
  reply_id: string | null;
};

const hasPart = (reply: InboundReply): reply is Part => reply.part !== null;
const keyOf = (part: Part): string => JSON.stringify([part.from, part.to, part.part.reference, part.part.total]);

/**
 * Stores parts of long messages and answers with the replies that are whole now, stored in the same transaction.
 * Two sessions may bring parts of one message at once: they take turns by message. Parts stay for a while after their
 * message is whole, so that a copy of one is recognised; the same reference with other bytes is a new message.
 */
export const putTogether = (
  pool: Pool,
  carrierId: string,
  sessionId: string,
  country: string,
  replies: InboundReply[],
): Promise<string[]> =>
  transaction(pool, async (client) => {
    const parts = replies.filter(hasPart).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const messages = Map.groupBy(parts, keyOf);
    const ids: string[] = [];
    for (const [key, group] of messages) {
      await rows(client, `select pg_advisory_xact_lock(hashtextextended($1, 7))`, [`${carrierId} ${key}`]);
      for (const part of group) await storePart(client, carrierId, part);
      const [first] = group;
      if (first) ids.push(...(await assemble(client, carrierId, sessionId, country, first)));
    }
    return ids;
  });

const WHERE = `carrier_id = $1 and from_raw = $2 and to_raw = $3 and reference = $4 and total = $5`;
const keyValues = (carrierId: string, part: Part) => [carrierId, part.from, part.to, part.part.reference, part.part.total];

async function storePart(client: PoolClient, carrierId: string, part: Part): Promise<void> {
  const key = keyValues(carrierId, part);
  const [same] = await rows<{ body: Buffer; recent: boolean }>(
    client,
    `select body, ingested_at > now() - interval '10 minutes' as recent from inbound_parts where ${WHERE} and index = $6`,
    [...key, part.part.index],
  );
  if (same) {
    if (same.recent && same.body.equals(part.body)) return;
    // The phone uses the reference again for another message.
    await affected(client, `delete from inbound_parts where ${WHERE}`, key);
  }
  await affected(
    client,
    `insert into inbound_parts (carrier_id, from_raw, to_raw, reference, total, index, id, body, encoding, received_at, precision, ingested_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now())`,
    [...key, part.part.index, newId(), Buffer.from(part.body), part.encoding, part.receivedAt, part.precision],
  );
}

async function assemble(
  client: PoolClient,
  carrierId: string,
  sessionId: string,
  country: string,
  like: Part,
): Promise<string[]> {
  const key = keyValues(carrierId, like);
  const stored = await rows<StoredPart>(
    client,
    `select id, index, body, encoding, received_at, precision, reply_id from inbound_parts where ${WHERE} order by index`,
    key,
  );
  const [first] = stored;
  if (!first || stored.length < like.part.total || first.reply_id !== null) return [];
  const last = stored.reduce((latest, part) => (part.received_at > latest.received_at ? part : latest), first);
  // Bytes are joined before they are read: an escape or a surrogate pair may be cut between two parts.
  const reply = readReply(
    {
      ...like,
      externalId: null,
      body: Buffer.concat(stored.map((part) => part.body)),
      encoding: first.encoding,
      receivedAt: last.received_at,
      precision: last.precision,
    },
    country,
  );
  await affected(client, `update inbound_parts set reply_id = $2 where id = any($1::uuid[])`, [
    stored.map((part) => part.id),
    reply.id,
  ]);
  return insertReplies(client, carrierId, sessionId, null, [reply]);
}
