import type { Pool } from 'pg';
import { affected, rows, transaction } from '../../database/sql.ts';
import { NOTE_DOUBTS, SECOND_TRY_SECONDS, SENT_AGAIN } from './in-doubt.ts';

/** Lease length after a renewal; the holder stops earlier, by its own clock, before another may start. */
const TTL_SECONDS = 10;
export const STOP_AFTER_MS = 8000;

/** One bind of one carrier. `epoch` is the fencing token of every claim. */
export type Slot = { carrierId: string; slot: number; epoch: number };

/**
 * Takes a free slot. In the same transaction messages `submitting` under the dead token become `in_doubt`: they may have been
 * sent, so they are never sent again. Null when it is held.
 */
export const acquireSlot = (pool: Pool, carrierId: string, slot: number, holder: string): Promise<Slot | null> =>
  transaction(pool, async (client) => {
    await affected(
      client,
      `insert into carrier_slots (carrier_id, slot, epoch, holder, lease_until, "window")
       values ($1, $2, 0, '', 'epoch', '{}') on conflict do nothing`,
      [carrierId, slot],
    );
    const [free] = await rows<{ epoch: string; window: string[] }>(
      client,
      `select epoch, "window" from carrier_slots
       where carrier_id = $1 and slot = $2 and lease_until <= now() for update skip locked`,
      [carrierId, slot],
    );
    if (!free) return null;

    await affected(
      client,
      `with marked as (
         update messages m set reason = 'session-lost', settled_at = now(),
           state = case when ${SENT_AGAIN} then 'queued' else 'in_doubt' end,
           resends = m.resends + case when ${SENT_AGAIN} then 1 else 0 end,
           not_before = now() + interval '${SECOND_TRY_SECONDS} seconds'
         where m.id = any($1::uuid[]) and m.epoch = $2 and m.state = 'submitting'
         returning m.id, m.state, m.carrier_id, m.to_number, m.sender, m.submitted_at
       )
       ${NOTE_DOUBTS('marked')}`,
      [free.window, free.epoch],
    );
    const [taken] = await rows<{ epoch: string }>(
      client,
      `update carrier_slots set epoch = nextval('slot_epochs'), holder = $3, "window" = '{}',
         lease_until = now() + make_interval(secs => $4)
       where carrier_id = $1 and slot = $2 returning epoch`,
      [carrierId, slot, holder, TTL_SECONDS],
    );
    return taken ? { carrierId, slot, epoch: Number(taken.epoch) } : null;
  });

/** False when the token is dead: another process may hold the slot. */
export const renewSlot = async (pool: Pool, slot: Slot): Promise<boolean> =>
  (await affected(
    pool,
    `update carrier_slots set lease_until = now() + make_interval(secs => $4)
     where carrier_id = $1 and slot = $2 and epoch = $3 and lease_until > now()`,
    [slot.carrierId, slot.slot, slot.epoch, TTL_SECONDS],
  )) === 1;

/** Frees the slot at once. Call when nothing is `submitting`. */
export const releaseSlot = (pool: Pool, slot: Slot): Promise<number> =>
  affected(pool, `update carrier_slots set lease_until = 'epoch' where carrier_id = $1 and slot = $2 and epoch = $3`, [
    slot.carrierId,
    slot.slot,
    slot.epoch,
  ]);
