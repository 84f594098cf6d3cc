import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { CarrierEvents, InboundReply } from '../../carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { announce } from '../../database/live.ts';
import { isUnreachable, rows } from '../../database/sql.ts';
import { createBatcher } from '../batcher.ts';
import type { OnCallbacksDue } from '../wake-run.ts';
import { adoptCopies, type Copy } from './adopt-copies.ts';
import { assembleParts } from './assemble-parts.ts';
import { insertReplies, readReply, type NewReply } from './store-replies.ts';

/** What redelivery may bring again: replies of dead sessions whose acknowledgement was perhaps never written. */
async function loadDoubtful(pool: Pool, carrierId: string, slot: number, sessionId: string): Promise<Map<string, number>> {
  const doubtful = await rows<{ from_raw: string; to_raw: string; text: string }>(
    pool,
    `select r.from_raw, r.to_raw, r.text from carrier_sessions s
     join replies r on r.session_id = s.id and r.id > coalesce(s.acked_through, '00000000-0000-0000-0000-000000000000')
     where s.carrier_id = $1 and s.id <> $3 and (s.slot = $2 or s.closed_at is not null)
       and s.opened_at > now() - interval '30 days' and r.ingested_at > now() - interval '10 minutes'`,
    [carrierId, slot, sessionId],
  );
  const counts = new Map<string, number>();
  for (const row of doubtful) remember(counts, { fromRaw: row.from_raw, toRaw: row.to_raw, text: row.text });
  return counts;
}

function remember(counts: Map<string, number>, copy: Copy): void {
  const key = keyOf(copy);
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const keyOf = (copy: Copy): string => JSON.stringify([copy.fromRaw, copy.toRaw, copy.text]);

const REDELIVERY_MS = 10 * 60_000;

export type IngestDeps = {
  pool: Pool;
  log: Logger;
  country: string;
  deliverReplies: (ids: string[]) => void;
  onCallbacksDue?: OnCallbacksDue;
};
type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>;
/** `adopted`: another line brought it first. */
type Item = { reply: InboundReply; read: NewReply; adopted: boolean };

/** One bind as the database knows it. `unacked` is in the order of ids: what is before its first entry is certain. */
type Session = {
  id: string;
  bind: number;
  openedAt: number;
  doubtful: Map<string, number>;
  unacked: { id: string; acked: boolean; adopted: Copy | null }[];
  ackedThrough: string | null;
  noted: string | null;
};

async function openSession(pool: Pool, carrierId: string, slot: number, bind: number, shared: boolean): Promise<Session> {
  const id = newId();
  await rows(pool, `insert into carrier_sessions (id, carrier_id, slot, opened_at) values ($1, $2, $3, now())`, [
    id,
    carrierId,
    slot,
  ]);
  const doubtful = shared ? new Map<string, number>() : await loadDoubtful(pool, carrierId, slot, id);
  return { id, bind, openedAt: performance.now(), doubtful, unacked: [], ackedThrough: null, noted: null };
}

function acknowledge(session: Session, entry: { acked: boolean }): void {
  entry.acked = true;
  for (let first = session.unacked[0]; first?.acked; first = session.unacked[0]) {
    session.unacked.shift();
    // An id that was drawn before is no step back.
    if (session.ackedThrough === null || first.id > session.ackedThrough) session.ackedThrough = first.id;
  }
}

/** Whether this is the copy of a reply whose first acknowledgement may be lost. Each is recognised once. */
function isCopy(session: Session, read: NewReply): boolean {
  if (session.doubtful.size === 0 || read.externalId !== null) return false;
  if (performance.now() - session.openedAt > REDELIVERY_MS) {
    session.doubtful.clear();
    return false;
  }
  const key = keyOf(read);
  const left = session.doubtful.get(key) ?? 0;
  if (left === 1) session.doubtful.delete(key);
  else if (left > 1) session.doubtful.set(key, left - 1);
  return left > 0;
}

/**
 * Replies whose commit was lost sight of: the database may hold them, or get them yet. Asked for again, they come again, and are
 * stored under the ids they had, once.
 */
function createUnsure() {
  const ids = new Map<string, { id: string; at: number }[]>();
  return {
    add(read: NewReply): void {
      const key = keyOf(read);
      ids.set(key, [...(ids.get(key) ?? []), { id: read.id, at: performance.now() }]);
    },
    take(read: NewReply): string | undefined {
      if (ids.size === 0) return undefined;
      const key = keyOf(read);
      const [first, ...others] = (ids.get(key) ?? []).filter(({ at }) => performance.now() - at < REDELIVERY_MS);
      if (others.length > 0) ids.set(key, others);
      else ids.delete(key);
      return first?.id;
    },
  };
}

/**
 * What a carrier slot's replies go through: a group is committed, then each is acknowledged, then a run is asked for.
 * `onReply` rejects only while the database is unreachable; a row that it refuses is stored as bytes, marked, and acknowledged.
 * `inTurn`, where the carrier has other lines, by which copies may come: one after the other of what has the same key.
 */
export async function openIngest(
  { pool, log, country, deliverReplies, onCallbacksDue = () => {} }: IngestDeps,
  carrierId: string,
  slot: number,
  inTurn?: InTurn,
) {
  const shared = inTurn !== undefined;
  let session = await openSession(pool, carrierId, slot, 0, shared);
  let before = session;
  let renewing: Promise<void> | undefined;
  const unsure = createUnsure();

  /** Notes how far acknowledgements have been written. */
  async function note({ id, ackedThrough }: Session, closed: boolean): Promise<void> {
    await rows(
      pool,
      `update carrier_sessions set acked_through = coalesce($2, acked_through), closed_at = case when $3 then now() else closed_at end where id = $1`,
      [id, ackedThrough, closed],
    );
  }

  /** A carrier that connects again begins a session of its own: what the last one left unacknowledged is doubtful to it. */
  async function renew(bind: number): Promise<void> {
    before = session;
    await note(before, true);
    session = await openSession(pool, carrierId, slot, bind, shared);
    for (const { acked, adopted } of before.unacked) if (!acked && adopted) remember(session.doubtful, adopted);
  }

  async function store(items: Item[]): Promise<string[]> {
    if (items.length === 0) return [];
    const whole = items.filter((item) => item.reply.part === null).map((item) => item.read);
    const parts = items.filter((item) => item.reply.part !== null).map((item) => item.reply);
    const { id, ackedThrough } = session;
    const ids = whole.length > 0 ? await insertReplies(pool, carrierId, id, ackedThrough, whole) : [];
    if (session.id === id) session.noted = ackedThrough;
    if (parts.length === 0) return ids;
    const together = await assembleParts(pool, carrierId, id, country, parts);
    if (together.accounts.length > 0) {
      await announce(pool, together.accounts);
      onCallbacksDue();
    }
    return [...ids, ...together.ids];
  }

  /** Halves a group that the database refuses until the row is found; that one is stored as bytes. */
  async function storeAll(items: Item[]): Promise<string[]> {
    try {
      return await store(items);
    } catch (error) {
      if (isUnreachable(error)) throw error;
      const [only] = items;
      if (items.length > 1 || !only) {
        const middle = Math.ceil(items.length / 2);
        return [...(await storeAll(items.slice(0, middle))), ...(await storeAll(items.slice(middle)))];
      }
      log.error({ err: error, carrierId }, 'a reply could not be stored as text; it is kept as bytes');
      const marked: NewReply = { ...only.read, id: newId(), externalId: null, text: '', body: Buffer.from(only.reply.body) };
      return insertReplies(pool, carrierId, session.id, session.ackedThrough, [marked]);
    }
  }

  const group = createBatcher<Item, true>({
    maxSize: 500,
    async commit(items) {
      // Ids are drawn here, in the order in which they are stored.
      for (const item of items)
        item.read = { ...item.read, id: (item.reply.part === null ? unsure.take(item.read) : undefined) ?? newId() };
      const now = session;
      const copies = new Set(items.filter((item) => item.reply.part === null && isCopy(now, item.read)));
      try {
        if (shared) {
          const whole = items
            .filter(({ reply }) => reply.part === null && reply.externalId === null)
            .filter((item) => !copies.has(item));
          const adopted = await adoptCopies(
            pool,
            carrierId,
            now.id,
            whole.map(({ read }) => read),
          );
          for (const item of whole) if (adopted.has(item.read)) copies.add(Object.assign(item, { adopted: true }));
        }
        const others = items.filter((item) => !copies.has(item));
        const ids = await storeAll(others);
        if (ids.length > 0) deliverReplies(ids);
      } catch (error) {
        for (const { read } of copies) remember(now.doubtful, read);
        for (const item of items) if (item.reply.part === null && !copies.has(item)) unsure.add(item.read);
        throw error;
      }
      return items.map(() => true as const);
    },
  });

  const timer = setInterval(() => {
    const now = session;
    if (now.ackedThrough === now.noted) return;
    const through = now.ackedThrough;
    note(now, false).then(
      () => (now.noted = through),
      () => {}, // Noted with the next reply, or at the next tick.
    );
  }, 100);
  timer.unref();

  async function keep(item: Item, bind: number): ReturnType<CarrierEvents['onReply']> {
    await group.add(item);
    const now = session;
    if (bind < now.bind) {
      // Its line was cut before it could be acknowledged: the carrier will bring it again, by whichever line.
      if (shared && !item.adopted)
        await rows(pool, 'update replies set session_id = $2 where id = $1', [item.read.id, before.id]);
      else remember(now.doubtful, item.read);
      return { acknowledged: () => {} };
    }
    const entry = { id: item.read.id, acked: false, adopted: item.adopted ? item.read : null };
    now.unacked.push(entry);
    return { acknowledged: () => acknowledge(now, entry) };
  }

  return {
    async onReply(reply: InboundReply): ReturnType<CarrierEvents['onReply']> {
      const bind = reply.bind ?? 0;
      while (bind > session.bind) {
        renewing ??= renew(bind).finally(() => (renewing = undefined));
        await renewing;
      }
      const item: Item = { reply, read: readReply(reply, country), adopted: false };
      return inTurn ? inTurn(keyOf(item.read), () => keep(item, bind)) : keep(item, bind);
    },
    /** Notes what was acknowledged and that this session ended. */
    async close(): Promise<void> {
      clearInterval(timer);
      await group.drained();
      await note(session, true);
    },
  };
}
