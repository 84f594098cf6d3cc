import type { Pool } from 'pg';
import type { InboundReceipt } from '../carriers/carrier.ts';
import { newId } from '../database/ids.ts';
import { rows } from '../database/sql.ts';
import { createGroup } from './group.ts';
import { storable } from './store-replies.ts';

// A receipt may come before its submit's answer is stored (no reference yet): then it is kept as an orphan for a day, and
// the turn that stores the reference finds it, or the sweep. A message of several segments is delivered when one receipt says so and none denies it.
const APPLY = `
  with r as (
    select * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
      as r (id, reference, message_id, status, error, at)
  ), matched as (
    select r.*, coalesce(f.message_id, m.id) as message
    from r
    left join message_references f on f.carrier_id = $1 and f.reference = r.reference
    left join messages m on m.id = r.message_id and m.carrier_id = $1
  ), worst as (
    select distinct on (message) message, status, error from matched where message is not null and status <> 'accepted'
    order by message, array_position(array['undelivered', 'expired', 'delivered', 'unknown'], status)
  ), applied as (
    update messages m set state = w.status, reason = coalesce(w.error, case when w.status = 'delivered' then null else m.reason end)
    from (select * from worst order by message) w
    where m.id = w.message and m.state in ('submitting', 'accepted', 'in_doubt', 'unknown', 'delivered')
      and not (m.state = 'delivered' and w.status in ('delivered', 'unknown'))
  )
  insert into orphan_receipts (id, carrier_id, reference, status, error, at, ingested_at)
  select id, $1, reference, status, error, at, now() from matched where message is null and status <> 'accepted'
  returning id`;

/** Stores receipts in groups; each resolves after its commit and rejects only while the database is unreachable. */
export function createReceiptIngest(pool: Pool, carrierId: string) {
  const group = createGroup<InboundReceipt, true>({
    maxSize: 500,
    async commit(receipts) {
      await storeReceipts(pool, carrierId, receipts);
      return receipts.map(() => true as const);
    },
  });
  return async (receipt: InboundReceipt): Promise<void> => {
    await group.add(receipt);
  };
}

/** Idempotent: moves the messages that these receipts name, and keeps those that name none yet. */
export async function storeReceipts(pool: Pool, carrierId: string, receipts: InboundReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  await applyReceipts(
    pool,
    carrierId,
    receipts.map((receipt) => ({
      ...receipt,
      id: newId(),
      reference: storable(receipt.reference),
      error: receipt.error === null ? null : storable(receipt.error),
    })),
  );
}

type StoredReceipt = Pick<InboundReceipt, 'reference' | 'messageId' | 'status' | 'error' | 'at'> & { id: string };

async function applyReceipts(pool: Pool, carrierId: string, receipts: StoredReceipt[]): Promise<void> {
  await rows(pool, APPLY, [
    carrierId,
    receipts.map((receipt) => receipt.id),
    receipts.map((receipt) => receipt.reference),
    receipts.map((receipt) => receipt.messageId),
    receipts.map((receipt) => receipt.status),
    receipts.map((receipt) => receipt.error),
    receipts.map((receipt) => receipt.at),
  ]);
}

/** Idempotent: gives receipts that came before their message's reference another try, and forgets those of more than a day ago. */
export async function matchOrphans(pool: Pool): Promise<void> {
  await rows(pool, `delete from orphan_receipts where ingested_at < now() - interval '24 hours'`);
  const found = await rows<{
    id: string;
    carrier_id: string;
    reference: string;
    status: InboundReceipt['status'];
    error: string | null;
    at: Date;
  }>(
    pool,
    `select o.id, o.carrier_id, o.reference, o.status, o.error, o.at from orphan_receipts o
     where exists (select from message_references f where f.carrier_id = o.carrier_id and f.reference = o.reference) limit 5000`,
  );
  for (const [carrierId, receipts] of Map.groupBy(found, (receipt) => receipt.carrier_id)) {
    await applyReceipts(
      pool,
      carrierId,
      receipts.map((receipt) => ({ ...receipt, messageId: null })),
    );
  }
  await rows(pool, `delete from orphan_receipts where id = any($1::uuid[])`, [found.map((receipt) => receipt.id)]);
}
