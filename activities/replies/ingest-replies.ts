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

/** Replies that may be redelivered: those of dead sessions whose acknowledgement may not have been written. */
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
/** `adopted`: stored by another line first. */
type Item = { reply: InboundReply; read: NewReply; adopted: boolean };

/** One bind. `unacked` is ordered by id: everything before its first entry is acknowledged. */
type Session = {
  id: string;
  bind: number;
  openedAt: number;
  doubtful: Map<string, number>;
  unacked: { id: string; acked: boolean; adopted: Copy | null }[];
  ackedThrough: string | null;
  noted: string | null;
};

type Line = { pool: Pool; carrierId: string; slot: number; shared: boolean };

async function openSession({ pool, carrierId, slot, shared }: Line, bind: number): Promise<Session> {
  const id = newId();
  const values = [id, carrierId, slot];
  await rows(pool, `insert into carrier_sessions (id, carrier_id, slot, opened_at) values ($1, $2, $3, now())`, values);
  const doubtful = shared ? new Map<string, number>() : await loadDoubtful(pool, carrierId, slot, id);
  return { id, bind, openedAt: performance.now(), doubtful, unacked: [], ackedThrough: null, noted: null };
}

function acknowledge(session: Session, entry: { acked: boolean }): void {
  entry.acked = true;
  for (let first = session.unacked[0]; first?.acked; first = session.unacked[0]) {
    session.unacked.shift();
    // Ids can commit out of order; never move `ackedThrough` backwards.
    if (session.ackedThrough === null || first.id > session.ackedThrough) session.ackedThrough = first.id;
  }
}

/** Whether this copies a reply whose acknowledgement may be lost. Each is matched once. */
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

/** Replies whose commit's outcome is unknown: stored, or yet to be. Redelivered, they keep their ids and are stored once. */
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

/** One slot's ingest state. `before`: the previous session. */
type Ingest = IngestDeps &
  Line & {
    session: Session;
    before: Session;
    renewing: Promise<void> | undefined;
    unsure: ReturnType<typeof createUnsure>;
  };

/**
 * Stores a slot's replies: commits a group, acknowledges each reply, then starts a run. `onReply` rejects only while the database
 * is unreachable; a refused row is stored as bytes, marked and acknowledged. `inTurn`, for carriers with several lines,
 * serialises possible copies by key.
 */
export async function openIngest(deps: IngestDeps, carrierId: string, slot: number, inTurn?: InTurn) {
  const line: Line = { pool: deps.pool, carrierId, slot, shared: inTurn !== undefined };
  const session = await openSession(line, 0);
  const at: Ingest = { ...deps, ...line, session, before: session, renewing: undefined, unsure: createUnsure() };
  const group = createBatcher<Item, true>({
    maxSize: 500,
    async commit(items) {
      await commit(at, items);
      return items.map(() => true as const);
    },
  });
  const keep = async (item: Item, bind: number) => {
    await group.add(item);
    return stored(at, item, bind);
  };
  const timer = setInterval(() => noteProgress(at), 100);
  timer.unref();
  return {
    async onReply(reply: InboundReply): ReturnType<CarrierEvents['onReply']> {
      const bind = reply.bind ?? 0;
      while (bind > at.session.bind) {
        at.renewing ??= renew(at, bind).finally(() => (at.renewing = undefined));
        await at.renewing;
      }
      const item: Item = { reply, read: readReply(reply, deps.country), adopted: false };
      return inTurn ? inTurn(keyOf(item.read), () => keep(item, bind)) : keep(item, bind);
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await group.drained();
      await note(at, at.session, true);
    },
  };
}

async function note(at: Line, { id, ackedThrough }: Session, closed: boolean): Promise<void> {
  await rows(
    at.pool,
    `update carrier_sessions set acked_through = coalesce($2, acked_through), closed_at = case when $3 then now() else closed_at end where id = $1`,
    [id, ackedThrough, closed],
  );
}

function noteProgress(at: Ingest): void {
  const now = at.session;
  if (now.ackedThrough === now.noted) return;
  const through = now.ackedThrough;
  note(at, now, false).then(
    () => (now.noted = through),
    () => {}, // The next reply or tick stores it.
  );
}

/** A reconnecting carrier starts a new session; replies the old one left unacknowledged are doubtful to it. */
async function renew(at: Ingest, bind: number): Promise<void> {
  at.before = at.session;
  await note(at, at.before, true);
  at.session = await openSession(at, bind);
  for (const { acked, adopted } of at.before.unacked) if (!acked && adopted) remember(at.session.doubtful, adopted);
}

async function store(at: Ingest, items: Item[]): Promise<string[]> {
  if (items.length === 0) return [];
  const whole = items.filter((item) => item.reply.part === null).map((item) => item.read);
  const parts = items.filter((item) => item.reply.part !== null).map((item) => item.reply);
  const { id, ackedThrough } = at.session;
  const ids = whole.length > 0 ? await insertReplies(at.pool, at.carrierId, whole, { session: at.session }) : [];
  if (at.session.id === id) at.session.noted = ackedThrough;
  if (parts.length === 0) return ids;
  const together = await assembleParts(at.pool, { carrierId: at.carrierId, sessionId: id, country: at.country }, parts);
  if (together.accounts.length > 0) {
    await announce(at.pool, together.accounts);
    at.onCallbacksDue?.();
  }
  return [...ids, ...together.ids];
}

/** Bisects a refused group down to the row, which is stored as bytes. */
async function storeAll(at: Ingest, items: Item[]): Promise<string[]> {
  try {
    return await store(at, items);
  } catch (error) {
    if (isUnreachable(error)) throw error;
    const [only] = items;
    if (items.length > 1 || !only) {
      const middle = Math.ceil(items.length / 2);
      return [...(await storeAll(at, items.slice(0, middle))), ...(await storeAll(at, items.slice(middle)))];
    }
    at.log.error({ err: error, carrierId: at.carrierId }, 'a reply could not be stored as text; it is kept as bytes');
    const marked: NewReply = { ...only.read, id: newId(), externalId: null, text: '', body: Buffer.from(only.reply.body) };
    return insertReplies(at.pool, at.carrierId, [marked], { session: at.session });
  }
}

/** Ids are drawn in storing order. */
async function commit(at: Ingest, items: Item[]): Promise<void> {
  for (const item of items)
    item.read = { ...item.read, id: (item.reply.part === null ? at.unsure.take(item.read) : undefined) ?? newId() };
  const now = at.session;
  const copies = new Set(items.filter((item) => item.reply.part === null && isCopy(now, item.read)));
  try {
    if (at.shared) {
      const whole = items
        .filter(({ reply }) => reply.part === null && reply.externalId === null)
        .filter((item) => !copies.has(item));
      const adopted = await adoptCopies(
        at.pool,
        at.carrierId,
        now.id,
        whole.map(({ read }) => read),
      );
      for (const item of whole) if (adopted.has(item.read)) copies.add(Object.assign(item, { adopted: true }));
    }
    const others = items.filter((item) => !copies.has(item));
    const ids = await storeAll(at, others);
    if (ids.length > 0) at.deliverReplies(ids);
  } catch (error) {
    for (const { read } of copies) remember(now.doubtful, read);
    for (const item of items) if (item.reply.part === null && !copies.has(item)) at.unsure.add(item.read);
    throw error;
  }
}

/** Returns how to note the acknowledgement. */
async function stored(at: Ingest, item: Item, bind: number): ReturnType<CarrierEvents['onReply']> {
  const now = at.session;
  if (bind < now.bind) {
    // Its bind was cut before the acknowledgement: the carrier redelivers it by any line.
    if (at.shared && !item.adopted)
      await rows(at.pool, 'update replies set session_id = $2 where id = $1', [item.read.id, at.before.id]);
    else remember(now.doubtful, item.read);
    return { acknowledged: () => {} };
  }
  const entry = { id: item.read.id, acked: false, adopted: item.adopted ? item.read : null };
  now.unacked.push(entry);
  return { acknowledged: () => acknowledge(now, entry) };
}
