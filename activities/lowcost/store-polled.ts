import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { PolledPage, PolledReply } from '../../carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows } from '../../database/sql.ts';
import { decodeText } from '../../domain/sms/sms-text.ts';
import { readReply, storable, type NewReply } from '../replies/store-replies.ts';

/** Identifies a reply where ids don't. A hash, which may outlive an erased text; equal ones are counted. */
export const contentKey = (reply: { port: number; from: string; text: string; stamp: string }): string =>
  createHash('sha256')
    .update(JSON.stringify([reply.port, storable(reply.from), storable(reply.text), reply.stamp]))
    .digest('base64url')
    .slice(0, 22);

export const polledKey = (reply: PolledReply): string => contentKey({ ...reply, text: decodeText(reply.body, reply.encoding) });

/** One writer at a time: counted replies must not be stored meanwhile. */
export const lockReplies = (client: PoolClient, carrierId: string): Promise<unknown> =>
  rows(client, `select pg_advisory_xact_lock(hashtextextended('replies of ' || $1::text, 0))`, [carrierId]);

type Row = NewReply & { contentKey: string; occurrence: number; counted: boolean };
type Origin = { serial: string; generation: number; sims: Map<number, string>; country: string; seenAt: Date };

const COLUMNS = `id, carrier_id, external_id, content_key, from_raw, to_raw, from_number, reply_code, text, body, received_at, precision, ingested_at`;
const GIVEN = `unnest($ids::uuid[], $externalIds::text[], $contentKeys::text[], $fromRaws::text[], $toRaws::text[], $fromNumbers::text[],
    $replyCodes::text[], $texts::text[], $bodies::bytea[], $receivedAt::timestamptz[], $precisions::text[], $occurrences::int[], $counted::bool[])
  as r (id, external_id, content_key, from_raw, to_raw, from_number, reply_code, text, body, received_at, precision, occurrence, counted)`;
const VALUES = `r.content_key, r.from_raw, r.to_raw, r.from_number, r.reply_code, r.text, r.body, r.received_at, r.precision, $seenAt`;

// Where ids can't be trusted (none, or restarted), a content's copies are new as far as they exceed those stored without this
// generation's id.
const INSERT = `
  insert into replies (${COLUMNS})
  select r.id, $carrier, r.external_id, ${VALUES} from ${GIVEN}
  where not r.counted or r.occurrence > (
    select count(*) from replies k where k.carrier_id = $carrier and k.content_key = r.content_key
      and (k.external_id is null or not starts_with(k.external_id, $prefix)))
  on conflict do nothing`;

// An id given twice: other content is another reply.
const INSERT_TWINS = `
  insert into replies (${COLUMNS})
  select r.id, $carrier, r.external_id || ':' || r.content_key, ${VALUES} from ${GIVEN}
  join replies k on k.carrier_id = $carrier and k.external_id = r.external_id and k.content_key <> r.content_key
  on conflict do nothing`;

/**
 * Idempotent: stores a page's replies unreleased and returns how many are new. An id is unique within serial and generation;
 * without ids equal replies are counted: two are two, read again they add none.
 */
export async function storePolled(client: PoolClient, carrierId: string, page: PolledPage, origin: Origin): Promise<number> {
  const all = rowsOf(page.replies, origin);
  if (all.some((row) => row.counted)) await lockReplies(client, carrierId);
  const values = (of: Row[]) => ({
    carrier: carrierId,
    ids: of.map((row) => row.id),
    externalIds: of.map((row) => row.externalId),
    contentKeys: of.map((row) => row.contentKey),
    fromRaws: of.map((row) => row.fromRaw),
    toRaws: of.map((row) => row.toRaw),
    fromNumbers: of.map((row) => row.fromNumber),
    replyCodes: of.map((row) => row.replyCode),
    texts: of.map((row) => row.text),
    bodies: of.map((row) => row.body),
    receivedAt: of.map((row) => row.receivedAt),
    precisions: of.map((row) => row.precision),
    seenAt: origin.seenAt,
    occurrences: of.map((row) => row.occurrence),
    counted: of.map((row) => row.counted),
  });
  let stored = await affected(client, INSERT, { ...values(all), prefix: prefixOf(origin) });
  const named = all.filter((row) => row.externalId !== null);
  if (stored < all.length && named.length > 0) {
    stored += await affected(client, INSERT_TWINS, values(named.map((row) => ({ ...row, id: newId() }))));
  }
  return stored + (await keepUnreadable(client, carrierId, page.unreadable, origin));
}

export const prefixOf = ({ serial, generation }: { serial: string; generation: number }): string => `${serial}:${generation}:`;

function rowsOf(replies: PolledReply[], origin: Origin): Row[] {
  const seen = new Map<string, number>();
  return replies.map((reply) => {
    const key = polledKey(reply);
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    const externalId = reply.externalId === null ? null : `${prefixOf(origin)}${reply.externalId}`;
    const to = origin.sims.get(reply.port) ?? `port ${reply.port}`;
    return {
      ...readReply({ ...reply, to, part: null, externalId }, origin.country),
      contentKey: key,
      occurrence,
      // After a reset the inbox may still hold earlier replies. Our own time distinguishes nothing.
      counted: externalId === null || (origin.generation > 1 && reply.precision !== 'ours'),
    };
  });
}

/** Unreadable replies are kept as bytes and listed for the operator. */
async function keepUnreadable(
  client: PoolClient,
  carrierId: string,
  unreadable: PolledPage['unreadable'],
  origin: Origin,
): Promise<number> {
  if (unreadable.length === 0) return 0;
  return affected(
    client,
    `insert into replies (id, carrier_id, external_id, from_raw, to_raw, from_number, reply_code, text, body, received_at, precision, ingested_at, filing_failed)
     select r.id, $1, r.external_id, '', '', '', '', '', r.body, $5, 'ours', $5, 'the gateway’s SMS can not be read'
     from unnest($2::uuid[], $3::text[], $4::bytea[]) as r (id, external_id, body) on conflict do nothing`,
    [
      carrierId,
      unreadable.map(() => newId()),
      unreadable.map(
        ({ id, raw }) => `${prefixOf(origin)}${id ?? ''}?${contentKey({ port: 0, from: '', text: raw, stamp: '' })}`,
      ),
      unreadable.map(({ raw }) => Buffer.from(raw)),
      origin.seenAt,
    ],
  );
}
