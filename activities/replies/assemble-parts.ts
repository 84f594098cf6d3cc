import type { Pool, PoolClient } from 'pg';
import type { InboundReply } from '../../carriers/carrier.ts';
import { joinBodies, joinParts, placeOf, type ReplyPart } from '../../domain/replies/long-reply.ts';
import type { TextEncoding } from '../../domain/sms/sms-text.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { completeReplies, type Completed } from './complete-replies.ts';
import { insertReplies, newReply, type NewReply } from './store-replies.ts';

type Precision = InboundReply['precision'];
type Incoming = InboundReply & { part: { reference: number; total: number; index: number } };

/** The key of a long message, the same in all its parts. */
type Key = { from: string; to: string; reference: number; total: number };
export type Part = ReplyPart & { receivedAt: Date; precision: Precision };
export type LongRow = { carrier_id: string; from_raw: string; to_raw: string; reference: number; total: number };
export type PartRow = LongRow & {
  index: number;
  body: Buffer;
  encoding: TextEncoding;
  received_at: Date;
  precision: Precision;
  ingested_at: Date;
  reply_id: string | null;
};

const hasPart = (reply: InboundReply): reply is Incoming => reply.part !== null;
export const lockOf = (carrierId: string, { from, to, reference, total }: Key): string =>
  `${carrierId} ${JSON.stringify([from, to, reference, total])}`;
export const keyOf = (row: LongRow): Key => ({
  from: row.from_raw,
  to: row.to_raw,
  reference: row.reference,
  total: row.total,
});
export const partOf = (row: PartRow): Part => ({
  index: row.index,
  body: row.body,
  encoding: row.encoding,
  receivedAt: row.received_at,
  precision: row.precision,
  ingestedAt: row.ingested_at,
  replyId: row.reply_id,
});

/** The reply made of these parts; `[…]` stands for missing ones. */
export function replyOf({ from, to, total }: Key, parts: readonly Part[], country: string): NewReply {
  const last = parts.reduce((latest, part) => (part.receivedAt > latest.receivedAt ? part : latest));
  const { receivedAt, precision } = last;
  const encoding = parts.some((part) => part.encoding === 'binary') ? 'binary' : last.encoding;
  const whole = { externalId: null, from, to, body: joinBodies(parts), encoding, part: null, receivedAt, precision };
  return { ...newReply(whole, joinParts(parts, total), country), partial: parts.length < total };
}

/**
 * Stores parts of long messages and returns the replies to file, stored in the same transaction; a reply shown in part is
 * completed. Advisory locks serialise sessions that bring parts of one message. Parts are kept a day to recognise copies; a
 * reused reference with other bytes starts a new message, and the old one is shown as it is.
 */
export const assembleParts = (
  pool: Pool,
  { carrierId, sessionId, country }: { carrierId: string; sessionId: string; country: string },
  replies: InboundReply[],
): Promise<Completed> =>
  transaction(pool, async (client) => {
    const messages = Map.groupBy(replies.filter(hasPart), ({ from, to, part }) => lockOf(carrierId, { from, to, ...part }));
    const locks = [...messages.keys()].toSorted();
    await rows(client, `select pg_advisory_xact_lock(hashtextextended(k, 7)) from unnest($1::text[]) as k`, [locks]);
    const keys = locks.flatMap((lock) => {
      const [first] = messages.get(lock) ?? [];
      if (!first) return [];
      const { reference, total } = first.part;
      return [{ lock, key: { from: first.from, to: first.to, reference, total } }];
    });
    const stored = Map.groupBy(
      await partsOf(
        client,
        carrierId,
        keys.map(({ key }) => key),
      ),
      (row) => lockOf(carrierId, keyOf(row)),
    );

    const changed: { key: Key; parts: Part[] }[] = [];
    const made: NewReply[] = [];
    const amended = new Map<string, NewReply>();
    for (const { lock, key } of keys) {
      const gathered = gather(key, (stored.get(lock) ?? []).map(partOf), messages.get(lock) ?? [], country);
      if (gathered.changed) changed.push({ key, parts: gathered.parts });
      made.push(...gathered.made);
      for (const reply of gathered.amended) amended.set(reply.id, reply);
    }
    await writeParts(client, carrierId, changed);
    const ids =
      made.length > 0 ? await insertReplies(client, carrierId, made, { session: { id: sessionId, ackedThrough: null } }) : [];
    const completed = await completeReplies(client, [...amended.values()]);
    return { ids: [...ids, ...completed.ids], accounts: completed.accounts };
  });

/** Adds parts to one message in order of arrival. */
function gather(key: Key, stored: Part[], incoming: Incoming[], country: string) {
  const made: NewReply[] = [];
  const amended: NewReply[] = [];
  let parts = stored;
  let changed = false;
  const show = (): void => {
    const reply = replyOf(key, parts, country);
    made.push(reply);
    parts = parts.map((part) => ({ ...part, replyId: reply.id }));
  };
  for (const { part, body, encoding, receivedAt, precision } of incoming) {
    const now = new Date();
    const place = placeOf({ index: part.index, body }, parts, key.total, now);
    if (place === 'copy') continue;
    if (place === 'other') {
      if (parts[0]?.replyId === null) show();
      parts = [];
    }
    changed = true;
    const replyId = parts[0]?.replyId ?? null;
    parts = [...parts, { index: part.index, body, encoding, receivedAt, precision, ingestedAt: now, replyId }];
    if (replyId !== null) amended.push({ ...replyOf(key, parts, country), id: replyId });
    else if (parts.length === key.total) show();
  }
  return { parts, changed, made, amended };
}

const partsOf = (client: PoolClient, carrierId: string, keys: Key[]): Promise<PartRow[]> =>
  rows<PartRow>(
    client,
    `select p.* from unnest($fromRaws::text[], $toRaws::text[], $references::int[], $totals::smallint[])
       as k (from_raw, to_raw, reference, total)
     join inbound_parts p using (from_raw, to_raw, reference, total) where p.carrier_id = $carrier order by p.index`,
    { carrier: carrierId, ...columnsOf(keys) },
  );

const columnsOf = (keys: Key[]) => ({
  fromRaws: keys.map(({ from }) => from),
  toRaws: keys.map(({ to }) => to),
  references: keys.map(({ reference }) => reference),
  totals: keys.map(({ total }) => total),
});

/** Replaces the stored parts of these messages. */
async function writeParts(client: PoolClient, carrierId: string, messages: { key: Key; parts: Part[] }[]): Promise<void> {
  if (messages.length === 0) return;
  await affected(
    client,
    `delete from inbound_parts p using unnest($fromRaws::text[], $toRaws::text[], $references::int[], $totals::smallint[])
       as k (from_raw, to_raw, reference, total)
     where p.carrier_id = $carrier and p.from_raw = k.from_raw and p.to_raw = k.to_raw and p.reference = k.reference and p.total = k.total`,
    { carrier: carrierId, ...columnsOf(messages.map(({ key }) => key)) },
  );
  const all = messages.flatMap(({ key, parts }) => parts.map((part) => ({ key, part })));
  await affected(
    client,
    `insert into inbound_parts (carrier_id, from_raw, to_raw, reference, total, index, id, body, encoding, received_at, precision, ingested_at, reply_id)
     select $carrier, * from unnest($fromRaws::text[], $toRaws::text[], $references::int[], $totals::smallint[], $indexes::smallint[],
       $ids::uuid[], $bodies::bytea[], $encodings::text[], $receivedAt::timestamptz[], $precisions::text[], $ingestedAt::timestamptz[], $replies::uuid[])`,
    {
      carrier: carrierId,
      ...columnsOf(all.map(({ key }) => key)),
      indexes: all.map(({ part }) => part.index),
      ids: all.map(() => newId()),
      bodies: all.map(({ part }) => Buffer.from(part.body)),
      encodings: all.map(({ part }) => part.encoding),
      receivedAt: all.map(({ part }) => part.receivedAt),
      precisions: all.map(({ part }) => part.precision),
      ingestedAt: all.map(({ part }) => part.ingestedAt),
      replies: all.map(({ part }) => part.replyId),
    },
  );
}
