import type { Context } from 'hono';
import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { copyListRows } from '../../database/campaigns/store-list.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault, flaw } from '../../domain/problems/said.ts';
import { readList, listFault, type ListRow, type ListType } from './read-list.ts';
import type { AccountEnv } from '../services.ts';

const LIMITS = { rows: 1_000_000, bytes: 2 * 1024 * 1_048_576 };
/** How many of a list's rows tell its columns: lines of JSON may each have others. */
const LOOKED_AT = 1000;
const TYPES: Record<string, ListType> = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' };
/** What jsonb can't hold, as JSON writes it. */
const UNSTORABLE = /\\u0000|\\ud[89a-f][0-9a-f]{2}/i;

const text = { schema: z.string() };
/** The body of a list. It is read as it comes, never as a whole. */
export const listBody = { required: true, content: { 'text/csv': text, 'application/x-ndjson': text } };
/** Which of its columns are what. */
export const ListColumns = z.strictObject({
  to: z.string().min(1).max(100).default('to').openapi({ description: 'The column that holds the phone number' }),
  reference: z
    .string()
    .min(1)
    .max(100)
    .default('reference')
    .openapi({ description: 'The column that holds your reference, where there is one' }),
});

/** The list that a request brings. Throws what is wrong with its form before anything is read. */
export function uploadOf(c: Context<AccountEnv>, names: z.infer<typeof ListColumns>) {
  const { body, type, gzip } = bodyOf(c);
  return {
    /** Stores its rows under that id, in the transaction of that connection. Throws AppErrors that name the row. */
    async store(client: PoolClient, id: string): Promise<{ columns: string[]; listed: number }> {
      const columns = new Set<string>();
      const listed = await copyListRows(client, id, checked(readList(body, type, { gzip, limits: LIMITS }), names, columns));
      return { columns: [...columns], listed };
    },
  };
}

function bodyOf(c: Context<AccountEnv>): { body: ReadableStream<Uint8Array>; type: ListType; gzip: boolean } {
  const type = TYPES[(c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''];
  const encoding = c.req.header('content-encoding')?.toLowerCase() ?? 'identity';
  if (!type) throw invalidRequest(fault('content-type', 'list-type'));
  if (encoding !== 'identity' && encoding !== 'gzip') throw invalidRequest(fault('content-encoding', 'list-encoding'));
  if (!c.req.raw.body) throw listFault(flaw('list-empty'));
  return { body: c.req.raw.body, type, gzip: encoding === 'gzip' };
}

/** Rows with the phone number as `to`, those that can be stored; notes their columns. */
async function* checked(
  list: AsyncIterable<ListRow>,
  { to, reference }: { to: string; reference: string },
  columns: Set<string>,
): AsyncGenerator<ListRow> {
  let row = 0;
  for await (const values of list) {
    row++;
    if (row <= LOOKED_AT) for (const name of Object.keys(values)) columns.add(name);
    if (row === 1 && !(to in values)) throw listFault(flaw('list-without-column', { name: to.slice(0, 50) }));
    if (UNSTORABLE.test(JSON.stringify(values))) throw listFault(flaw('list-character'), row);
    yield to === 'to' && reference === 'reference'
      ? values
      : { ...values, to: values[to] ?? null, reference: values[reference] ?? null };
  }
}
