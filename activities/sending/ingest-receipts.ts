import type { Pool, PoolClient } from 'pg';
import type { InboundReceipt } from '../../carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { announce } from '../../database/live.ts';
import { NOTE_DEAD } from '../../database/sending/dead-number.ts';
import { prepared, rows, transaction } from '../../database/sql.ts';
import { PLACEHOLDER } from '../../domain/sending/sender-policy.ts';
import { normaliseOrigin } from '../../domain/phone-number.ts';
import { createBatcher } from '../batcher.ts';
import { emitMoves, someoneHears } from './message-events.ts';
import { ENDS_AFTER } from './in-doubt.ts';
import { storable } from '../replies/store-replies.ts';
import type { OnCallbacksDue } from '../wake-run.ts';

// A receipt names its message by the carrier's id or ours. One that names neither, but sender and recipient, resolves a message
// in doubt if exactly one can be meant. Otherwise it came before its submit's answer was stored: kept as an orphan for a day, it
// is matched by the turn that stores the reference, by a look after the turns then under way, or by the sweep. A message of
// several segments is delivered when one receipt says so and none denies it.
const APPLY = `
  with r as (
    select * from unnest($ids::uuid[], $references::text[], $messages::uuid[], $statuses::text[], $errors::text[], $times::timestamptz[],
      $fromNumbers::text[], $toNumbers::text[], $idEnds::text[])
      as r (id, reference, message_id, status, error, at, from_number, to_number, id_end)
  ), matched as (
    select r.*, coalesce(f.message_id, m.id, case when r.id_end is not null then (
        select o.id from messages o
        where o.to_number = r.to_number and o.carrier_id = $carrier and right(o.id::text, 4) = r.id_end
          and o.submitted_at between r.at - interval '${ENDS_AFTER}' and r.at + interval '2 minutes'
        order by o.submitted_at desc limit 1
      ) end, d.message_id) as message, f.message_id is null and r.id_end is null and d.message_id is not null as resolves
    from r
    left join message_references f on f.carrier_id = $carrier and f.reference = r.reference
    left join messages m on m.id = r.message_id and m.carrier_id = $carrier
    left join doubts d on f.message_id is null and m.id is null
      and d.carrier_id = $carrier and d.to_number = r.to_number and d.sender = r.from_number
      and d.submitted_at between r.at - interval '${ENDS_AFTER}' and r.at + interval '2 minutes'
      and not exists (
        select from messages o where o.to_number = d.to_number and o.carrier_id = $carrier and o.sender = d.sender and o.id <> d.message_id
          and o.state in ('submitting', 'accepted', 'in_doubt', 'unknown') and o.submitted_at > r.at - interval '${ENDS_AFTER}')
  ), named as (
    insert into message_references (carrier_id, reference, message_id)
    select distinct $carrier::uuid, reference, message from matched where resolves and reference <> '' on conflict do nothing
  ), worst as (
    select distinct on (message) message, status, error, from_number from matched where message is not null
    order by message, array_position(array['undelivered', 'expired', 'delivered', 'unknown', 'accepted'], status)
  ), applied as (
    update messages m set state = w.status, reason = coalesce(w.error, case when w.status = 'delivered' then null else m.reason end),
      -- It comes from the code that the operator put in the place of 12345.
      reply_code = case when m.reply_code = '${PLACEHOLDER}' and w.from_number ~ '^[0-9]{3,6}$' then w.from_number else m.reply_code end
    from (select * from worst order by message) w
    where m.id = w.message and case
      -- On its way: news only of a message in doubt.
      when w.status = 'accepted' then m.state in ('in_doubt', 'unknown')
      when m.state = 'delivered' then w.status not in ('delivered', 'unknown')
      -- The first try arrived after all: there need be no second.
      when m.state = 'queued' then m.resends > 0 and w.status <> 'unknown'
      else m.state in ('submitting', 'accepted', 'in_doubt', 'unknown') end
    returning m.id, m.account_id, m.to_number, w.status
  ), dead as (
    ${NOTE_DEAD}
  ), resolved as (
    delete from doubts d using applied a where d.message_id = a.id
  ), kept as (
    insert into orphan_receipts (id, carrier_id, reference, from_number, to_number, status, error, at, ingested_at)
    select id, $carrier, reference, case when many then null else from_number end, case when many then null else to_number end, status, error, at, now()
    from matched, lateral (
      -- What could mean several messages when it came is not believed of the last one left either.
      select count(*) > 1 as many from messages o where o.to_number = matched.to_number and o.carrier_id = $carrier and o.sender = from_number
        and o.state in ('submitting', 'accepted', 'in_doubt', 'unknown') and o.submitted_at > at - interval '${ENDS_AFTER}'
    ) candidates
    where message is null and status <> 'accepted'
    on conflict (id) do nothing
  )
  select id, false as moved from matched where message is null union all select id, true from applied where status not in ('accepted', 'unknown')`;

/** Receipts of others' messages may come by the thousand, without end. */
const MOST_LOOKED_FOR = 10_000;

/** Stores receipts in groups; each resolves after its commit and rejects only while the database is unreachable. */
export function createReceiptIngest(pool: Pool, carrierId: string, country: string, onCallbacksDue: OnCallbacksDue) {
  let lookedFor = 0;
  // A turn under way may have missed the orphans, and they its references: once it is over, orphans no turn took are matched.
  const orphans = createBatcher<string, true>({
    maxSize: 5000,
    waitMs: 1000,
    async commit(ids) {
      await turnsOver(pool, carrierId);
      await matchOrphans(pool, onCallbacksDue, ids);
      return ids.map(() => true as const);
    },
  });
  const group = createBatcher<InboundReceipt, true>({
    maxSize: 500,
    async commit(receipts) {
      const left = await storeReceipts(pool, { carrierId, country }, receipts, onCallbacksDue);
      // The sweep matches failed and surplus ones.
      for (const id of left.slice(0, MOST_LOOKED_FOR - lookedFor)) {
        lookedFor++;
        orphans
          .add(id)
          .catch(() => {})
          .finally(() => lookedFor--);
      }
      return receipts.map(() => true as const);
    },
  });
  return async (receipt: InboundReceipt): Promise<void> => {
    await group.add(receipt);
  };
}

/** Waits for a carrier's turns under way: each holds its slot's row until commit. */
const turnsOver = (pool: Pool, carrierId: string): Promise<unknown> =>
  rows(pool, 'select from carrier_slots where carrier_id = $1 for share', [carrierId]);

/**
 * Idempotent: updates the messages these receipts name, keeps the others as orphans, and emits events to accounts that chose them
 * (one read when none did). Returns the ids of orphans.
 */
export async function storeReceipts(
  pool: Pool,
  { carrierId, country }: { carrierId: string; country: string },
  receipts: InboundReceipt[],
  onCallbacksDue: OnCallbacksDue = () => {},
): Promise<string[]> {
  if (receipts.length === 0) return [];
  const numberOf = (raw: string) => (raw === '' ? null : normaliseOrigin(storable(raw), country));
  return applyReceipts(
    pool,
    carrierId,
    receipts.map(({ reference, messageId, messageIdEnd = null, status, error, at, from, to }) => ({
      id: newId(),
      reference: storable(reference),
      message_id: messageId,
      id_end: messageIdEnd,
      status,
      error: error === null ? null : storable(error),
      at,
      from_number: numberOf(from),
      to_number: numberOf(to),
    })),
    onCallbacksDue,
  );
}

type StoredReceipt = {
  id: string;
  reference: string;
  message_id: string | null;
  id_end: string | null;
  status: string;
  error: string | null;
  at: Date;
  from_number: string | null;
  to_number: string | null;
};

async function applyReceipts(
  pool: Pool,
  carrierId: string,
  receipts: StoredReceipt[],
  onCallbacksDue: OnCallbacksDue,
): Promise<string[]> {
  if (!(await someoneHears(pool))) return (await apply(pool, carrierId, receipts)).left;
  const { left, accounts } = await transaction(pool, async (client) => {
    const { left, moved } = await apply(client, carrierId, receipts);
    return { left, accounts: await emitMoves(client, moved) };
  });
  if (accounts.length > 0) {
    await announce(pool, accounts);
    onCallbacksDue();
  }
  return left;
}

/** Orphans' ids, and ids of messages moved to a final state. */
async function apply(
  sql: Pool | PoolClient,
  carrierId: string,
  receipts: StoredReceipt[],
): Promise<{ left: string[]; moved: string[] }> {
  const found = await prepared<{ id: string; moved: boolean }>(sql, 'apply-receipts', APPLY, {
    carrier: carrierId,
    ids: receipts.map((receipt) => receipt.id),
    references: receipts.map((receipt) => receipt.reference),
    messages: receipts.map((receipt) => receipt.message_id),
    statuses: receipts.map((receipt) => receipt.status),
    errors: receipts.map((receipt) => receipt.error),
    times: receipts.map((receipt) => receipt.at),
    fromNumbers: receipts.map((receipt) => receipt.from_number),
    toNumbers: receipts.map((receipt) => receipt.to_number),
    idEnds: receipts.map((receipt) => receipt.id_end),
  });
  const idsOf = (moved: boolean) => found.filter((row) => row.moved === moved).map(({ id }) => id);
  return { left: idsOf(false), moved: idsOf(true) };
}

/**
 * Idempotent: retries receipts that came before their message's reference or doubt, and deletes those older than a day. `among`:
 * only these.
 */
export async function matchOrphans(
  pool: Pool,
  onCallbacksDue: OnCallbacksDue = () => {},
  among: string[] | null = null,
): Promise<void> {
  if (!among) await rows(pool, `delete from orphan_receipts where ingested_at < now() - interval '24 hours'`);
  const found = await rows<StoredReceipt & { carrier_id: string }>(
    pool,
    `select o.id, o.carrier_id, o.reference, null::uuid as message_id, null as id_end, o.status, o.error, o.at, o.from_number, o.to_number
     from orphan_receipts o
     where ($1::uuid[] is null or o.id = any($1))
       and (exists (select from message_references f where f.carrier_id = o.carrier_id and f.reference = o.reference)
         or exists (select from doubts d where d.carrier_id = o.carrier_id and d.to_number = o.to_number and d.sender = o.from_number))
     limit 5000`,
    [among],
  );
  for (const [carrierId, receipts] of Map.groupBy(found, (receipt) => receipt.carrier_id)) {
    const left = new Set(await applyReceipts(pool, carrierId, receipts, onCallbacksDue));
    const matched = receipts.map(({ id }) => id).filter((id) => !left.has(id));
    await rows(pool, `delete from orphan_receipts where id = any($1::uuid[])`, [matched]);
  }
}
