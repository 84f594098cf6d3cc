import type { Pool, PoolClient } from 'pg';
import type { Carrier, PolledPage } from '../../carriers/carrier.ts';
import type { SyncCursor } from '../../database/carriers/carrier.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import type { CarrierLines } from '../sending/carrier-lines.ts';
import { polledKey, prefixOf, storePolled } from './store-polled.ts';

type Deps = { pool: Pool; lines: Pick<CarrierLines, 'session'>; registry: Record<string, Carrier>; country: string };

/** Pass `after` to read the next page. */
export type PageRead = { page: PolledPage; stored: number; after: number; more: boolean };
/** Called in the page's transaction, so its counts match what is stored. `readAt`: time of the gateway's answer. */
type Tally = (client: PoolClient, read: { page: PolledPage; readAt: number; stored: number }) => Promise<void>;

/** How far before the cursor to read again, for SMS the device stored late: ids, or ms if the cursor is a time. */
const OVERLAP: Record<'id' | 'time', number> = { id: 10, time: 3 * 86_400_000 };

/**
 * Idempotent: asks a gateway for the page after `from` (null: the cursor) and stores it unreleased, in one commit with the new
 * cursor. A concurrent reader waits, or makes this page be read again.
 */
export const createGatewayReader =
  ({ pool, lines, registry, country }: Deps) =>
  async (carrierId: string, from: number | null, seenAt: Date, tally: Tally = () => Promise.resolve()): Promise<PageRead> => {
    let after = from;
    for (;;) {
      const { cursor, isTime } = await readCursor(pool, carrierId, registry);
      after ??= cursor && Math.max(0, cursor.id - OVERLAP[isTime ? 'time' : 'id']);
      const poll = lines.session(carrierId).pollReplies;
      if (!poll) throw new Error('This carrier can not be asked for replies');
      const page = await poll(after);
      const readAt = Date.now();
      if (!isTime && cursor && (wasReset(cursor, page) || (await holdsOthers(pool, carrierId, cursor, page)))) {
        await moveCursor(pool, carrierId, cursor, { serial: page.serial, generation: cursor.generation + 1, id: 0 });
        after = 0;
        continue;
      }
      const origin = { serial: page.serial, generation: cursor?.generation ?? 1, country, seenAt };
      const sims = await simNumbers(pool, carrierId);
      const last = lastOf(page, after ?? 0);
      const stored = await transaction(pool, async (client) => {
        const to = { serial: origin.serial, generation: origin.generation, id: Math.max(last, cursor?.id ?? 0) };
        if ((await moveCursor(client, carrierId, cursor, to)) === 0) return null;
        const count = await storePolled(client, carrierId, page, { ...origin, sims });
        await tally(client, { page, readAt, stored: count });
        return count;
      });
      if (stored !== null) return { page, stored, after: last, more: page.more };
    }
  };

const lastOf = ({ replies, unreadable }: PolledPage, after: number): number =>
  Math.max(after, ...[...replies, ...unreadable].flatMap(({ id }) => id ?? []));

/** The last position read. `isTime`: a time in ms, else the highest id. */
async function readCursor(pool: Pool, carrierId: string, registry: Deps['registry']) {
  const [carrier] = await rows<{ sync_cursor: SyncCursor | null; type: string }>(
    pool,
    `select sync_cursor, type from carriers where id = $1`,
    [carrierId],
  );
  if (!carrier) throw new Error('The carrier does not exist');
  return { cursor: carrier.sync_cursor, isTime: registry[carrier.type]?.capabilities.cursor === 'time' };
}

async function simNumbers(pool: Pool, carrierId: string): Promise<Map<number, string>> {
  const sims = await rows<{ port: number; number: string }>(
    pool,
    `select port, number from numbers where carrier_id = $1 and port is not null`,
    [carrierId],
  );
  return new Map(sims.map((sim) => [sim.port, sim.number]));
}

/** Ids start over when a device is reset: its top id is then below the cursor. */
const wasReset = (cursor: SyncCursor, page: PolledPage): boolean =>
  cursor.serial !== page.serial || (cursor.id > 0 && (page.topId ?? 0) < cursor.id);

/**
 * True if the ids read again hold other contents than stored: the device was reset and has passed the cursor since. Compares
 * hashes, which outlive an erased text.
 */
async function holdsOthers(pool: Pool, carrierId: string, cursor: SyncCursor, page: PolledPage): Promise<boolean> {
  const again = page.replies.filter(({ id, externalId }) => id <= cursor.id && externalId !== null);
  if (again.length === 0) return false;
  const keys = new Set(again.map((reply) => `${reply.externalId} ${polledKey(reply)}`));
  const prefix = prefixOf({ serial: page.serial, generation: cursor.generation });
  const stored = await rows<{ external_id: string; content_key: string }>(
    pool,
    `select external_id, content_key from replies where carrier_id = $1 and external_id = any($2::text[]) and content_key is not null`,
    [carrierId, again.map(({ externalId }) => `${prefix}${externalId}`)],
  );
  return stored.some((row) => !keys.has(`${row.external_id.slice(prefix.length)} ${row.content_key}`));
}

/** Compare and set: concurrent readers can neither move it back nor store under an ended generation. */
const moveCursor = (sql: Parameters<typeof affected>[0], carrierId: string, from: SyncCursor | null, to: SyncCursor) =>
  affected(sql, `update carriers set sync_cursor = $3 where id = $1 and sync_cursor is not distinct from $2`, [
    carrierId,
    from === null ? null : JSON.stringify(from),
    JSON.stringify(to),
  ]);
