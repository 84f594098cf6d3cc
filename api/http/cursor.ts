import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';

const CURSOR = /^[A-Za-z0-9_-]{1,300}$/;

/** The query of every list. */
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

/** A cursor belongs to one list of one account: elsewhere it is refused. */
const mark = (scope: string): string => createHash('sha256').update(scope).digest('base64url').slice(0, 8);

/** `scope` names the list and whose it is. `position` is the last item's place in the order of the list. */
export const writeCursor = (scope: string, position: unknown[]): string =>
  Buffer.from(JSON.stringify([mark(scope), ...position])).toString('base64url');

/** The position in a cursor, null without one. Throws `invalid-request` for one that this list did not give. */
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

/** Lists in the order of their ids, which is the order in which things were made. */
export const ById = z.tuple([z.uuid()]);

/** One page out of `limit + 1` items. */
export function page<T, V>(
  found: T[],
  limit: number,
  view: (item: T) => V,
  next: (last: T) => string,
): { items: V[]; nextCursor: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), nextCursor: found.length > limit && last !== undefined ? next(last) : null };
}
