import type { Context } from 'hono';
import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { copyListRows } from '../../database/campaigns/store-list.ts';
import { AppError } from '../../domain/problems/errors.ts';
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
  const fault = (field: string, problem: string, remedy: string) =>
    new AppError('invalid-request', 'The list can not be read.', [{ field, problem, remedy }]);
  if (!type) throw fault('content-type', 'is neither CSV nor JSON lines', 'Send text/csv or application/x-ndjson');
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw fault('content-encoding', 'is not known', 'Send it as it is, or with gzip');
  if (!c.req.raw.body) throw listFault('is empty', 'Send a header and at least one recipient');
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
    if (row === 1 && !(to in values))
      throw listFault(`has no column "${to.slice(0, 50)}"`, 'Name the column of phone numbers with ?to=…');
    if (UNSTORABLE.test(JSON.stringify(values)))
      throw listFault('has a character that can not be stored (U+0000, or half of a pair)', 'Remove it', row);
    yield to === 'to' && reference === 'reference'
      ? values
      : { ...values, to: values[to] ?? null, reference: values[reference] ?? null };
  }
}
