import type { Pool, PoolClient } from 'pg';
import type { Carrier, PolledPage } from '../../carriers/carrier.ts';
import type { SyncCursor } from '../../database/carriers/carrier.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import type { CarrierLines } from '../sending/carrier-lines.ts';
import { polledKey, prefixOf, storePolled } from './store-polled.ts';

type Deps = { pool: Pool; lines: Pick<CarrierLines, 'session'>; registry: Record<string, Carrier>; country: string };

/** Result of one page; pass `after` to read the next. */
export type PageRead = { page: PolledPage; stored: number; after: number; more: boolean };
/** Called in the page's transaction, so that what is told of it is as true as what is stored. `readAt`: when the gateway answered. */
type Tally = (client: PoolClient, read: { page: PolledPage; readAt: number; stored: number }) => Promise<void>;

/** How far before the cursor is read again, in case the device stored one late: ids, or ms where the cursor is a time. */
const OVERLAP: Record<'id' | 'time', number> = { id: 10, time: 3 * 86_400_000 };

/**
 * Idempotent: asks a gateway for the page above `after` (from the cursor on, when null) and stores it, unreleased, in one commit
 * with the cursor that passes it. Whoever else reads the same gateway meanwhile waits, or makes this page be asked for again.
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

/** Where the last reading ended. `isTime`: it is a time in ms, else the highest id. */
async function readCursor(pool: Pool, carrierId: string, registry: Deps['registry']) {
  const [carrier] = await rows<{ sync_cursor: SyncCursor | null; type: string }>(
    pool,
    `select sync_cursor, type from carriers where id = $1`,
    [carrierId],
  );
  if (!carrier) throw new Error('The carrier does not exist');
  return { cursor: carrier.sync_cursor, isTime: registry[carrier.type]?.capabilities.cursor === 'time' };
}

/** Which number each slot of a gateway has. */
async function simNumbers(pool: Pool, carrierId: string): Promise<Map<number, string>> {
  const sims = await rows<{ port: number; number: string }>(
    pool,
    `select port, number from numbers where carrier_id = $1 and port is not null`,
    [carrierId],
  );
  return new Map(sims.map((sim) => [sim.port, sim.number]));
}

/** Ids belong to one device, and start over when it is reset: then its highest is lower than what was read before. */
const wasReset = (cursor: SyncCursor, page: PolledPage): boolean =>
  cursor.serial !== page.serial || (cursor.id > 0 && (page.topId ?? 0) < cursor.id);

/**
 * Whether what is read again before the cursor is not what was stored under those ids: a device that was reset and has filled
 * up past the cursor since. Compared by hashes, which outlive an erased text.
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

/** Compare and set: two that read the same gateway can not move it back, nor store under a generation that has ended. */
const moveCursor = (sql: Parameters<typeof affected>[0], carrierId: string, from: SyncCursor | null, to: SyncCursor) =>
  affected(sql, `update carriers set sync_cursor = $3 where id = $1 and sync_cursor is not distinct from $2`, [
    carrierId,
    from === null ? null : JSON.stringify(from),
    JSON.stringify(to),
  ]);
