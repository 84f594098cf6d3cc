import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';

const CURSOR = /^[A-Za-z0-9_-]{1,300}$/;

export const PageQuery = z.strictObject({
  cursor: z.string().optional().openapi({ description: '`nextCursor` of the page before; opaque' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .openapi({ type: 'integer', description: 'Most items in the answer' }),
});

/** `nextCursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
type Asked = { cursor?: string | undefined; limit: number };
type Page<V> = { items: V[]; nextCursor: string | null };

/** A cursor is valid for one list of one account only. */
const mark = (scope: string): string => createHash('sha256').update(scope).digest('base64url').slice(0, 8);

/** `scope` names the list and its owner, `position` the last item's place in its order. */
export const writeCursor = (scope: string, position: unknown[]): string =>
  Buffer.from(JSON.stringify([mark(scope), ...position])).toString('base64url');

/** The position in a cursor, null without one. Throws `invalid-request` for a cursor of another list. */
export function readCursor<T>(scope: string, cursor: string | undefined, position: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  const refusal = invalidRequest(fault('cursor', 'cursor'));
  if (!CURSOR.test(cursor)) throw refusal;
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refusal;
  }
  if (!Array.isArray(content) || content[0] !== mark(scope)) throw refusal;
  const read = position.safeParse(content.slice(1));
  if (!read.success || writeCursor(scope, content.slice(1)) !== cursor) throw refusal;
  return read.data;
}

type Order<T, P extends unknown[]> = { scope: string; position: z.ZodType<P>; placeOf: (row: T) => P };

/** A page of a list. `find` reads up to `most` rows after a place, one more than the page shows; null is the start. */
export async function pageBy<T, P extends unknown[], V>(
  { cursor, limit }: Asked,
  { scope, position, placeOf }: Order<T, P>,
  find: (after: P | null, most: number) => Promise<T[]>,
  view: (row: T) => V,
): Promise<Page<V>> {
  const found = await find(readCursor(scope, cursor, position), limit + 1);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? writeCursor(scope, placeOf(last)) : null;
  return { items: shown.map(view), nextCursor };
}

/** Where a page of a list by id begins: for SQL, and as conditions and options of the ORM. */
function placeAfter(id: string | null, most: number) {
  return {
    after: id,
    most,
    older: id === null ? {} : { id: { $lt: id } },
    newestFirst: { orderBy: { id: 'desc' as const }, limit: most },
    newer: id === null ? {} : { id: { $gt: id } },
    oldestFirst: { orderBy: { id: 'asc' as const }, limit: most },
  };
}
export type Place = ReturnType<typeof placeAfter>;
const ById = z.tuple([z.uuid()]);

/** A page of a list ordered by id, which is creation order. */
export const pageById = <T extends { id: string }, V>(
  asked: Asked,
  scope: string,
  find: (place: Place) => Promise<T[]>,
  view: (row: T) => V,
): Promise<Page<V>> =>
  pageBy(
    asked,
    { scope, position: ById, placeOf: ({ id }) => [id] },
    (after, most) => find(placeAfter(after?.[0] ?? null, most)),
    view,
  );
