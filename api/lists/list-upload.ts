import type { Context } from 'hono';
import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import type { ListGuess } from '../../database/campaigns/list-import.ts';
import { copyListRows } from '../../database/campaigns/store-list.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault, flaw } from '../../domain/problems/said.ts';
import { phoneColumnOf } from '../../domain/phone-column.ts';
import { listFault } from './list-fault.ts';
import { readList, type ListBody, type ListRow, type ListType } from './read-list.ts';
import type { AccountEnv } from '../services.ts';

const LIMITS = { rows: 1_000_000, bytes: 2 * 1024 * 1_048_576 };
/** Rows that tell the columns: JSON lines may each have others. */
const LOOKED_AT = 1000;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const TYPES: Record<string, ListType> = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson', [XLSX]: 'xlsx' };
/** Characters that jsonb can't hold, as JSON escapes. */
const UNSTORABLE = /\\u0000|\\ud[89a-f][0-9a-f]{2}/i;

const text = { schema: z.string() };
/** Streamed, never read as a whole. */
export const listBody = {
  required: true,
  content: { 'text/csv': text, 'application/x-ndjson': text, [XLSX]: { schema: z.string().openapi({ format: 'binary' }) } },
};
/** How a list was read; null where nothing was guessed. */
export const Guessed = z
  .object({
    encoding: z.enum(['utf-8', 'windows-1252', 'utf-16le', 'utf-16be']).nullable(),
    separator: z.string().nullable().openapi({ description: 'Between columns of CSV', example: ';' }),
    phoneColumn: z.string().nullable().openapi({ description: 'Taken for the phone numbers by its name', example: 'téléphone' }),
  })
  .nullable();
export const guessView = (guess: ListGuess | null): z.infer<typeof Guessed> =>
  guess && { encoding: guess.encoding ?? null, separator: guess.separator ?? null, phoneColumn: guess.phoneColumn ?? null };
export const ListColumns = z.strictObject({
  to: z.string().min(1).max(100).default('to').openapi({
    description: 'The column that holds the phone number. Left out, a column named phone, téléphone, portable, numéro … is taken',
  }),
  phoneColumn: z.string().min(1).max(100).optional().openapi({ description: 'The same as `to`' }),
  reference: z
    .string()
    .min(1)
    .max(100)
    .default('reference')
    .openapi({ description: 'The column that holds your reference, where there is one' }),
});

/** Throws for a bad form before anything is read. */
export function uploadOf(c: Context<AccountEnv>, names: z.infer<typeof ListColumns>) {
  const list = bodyOf(c);
  return {
    /** Stores the rows under an id, in the caller's transaction. Throws AppErrors that name the row. */
    async store(client: PoolClient, id: string): Promise<{ columns: string[]; listed: number; guessed: ListGuess }> {
      const columns = new Set<string>();
      const guessed: ListGuess = {};
      const rows = checked(readList(list, LIMITS, guessed), names, columns, guessed);
      const listed = await copyListRows(client, id, rows);
      return { columns: [...columns], listed, guessed };
    },
  };
}

export type Upload = ReturnType<typeof uploadOf>;

/** The list in a request body. Throws for a bad form. */
export function bodyOf(c: Context<AccountEnv>): ListBody {
  const type = TYPES[(c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''];
  const encoding = c.req.header('content-encoding')?.toLowerCase() ?? 'identity';
  if (!type) throw invalidRequest(fault('content-type', 'list-type'));
  if (encoding !== 'identity' && encoding !== 'gzip') throw invalidRequest(fault('content-encoding', 'list-encoding'));
  if (!c.req.raw.body) throw listFault(flaw('list-empty'));
  return { body: c.req.raw.body, type, gzip: encoding === 'gzip' };
}

/** Renames the phone column to `to`, notes the columns, and refuses rows that can't be stored. */
async function* checked(
  list: AsyncIterable<ListRow>,
  { to: given, phoneColumn, reference }: z.infer<typeof ListColumns>,
  columns: Set<string>,
  guess: ListGuess,
): AsyncGenerator<ListRow> {
  let to = phoneColumn ?? given;
  let row = 0;
  for await (const values of list) {
    row++;
    if (row <= LOOKED_AT) for (const name of Object.keys(values)) columns.add(name);
    if (row === 1 && !(to in values)) {
      const likely = to === 'to' ? phoneColumnOf(Object.keys(values)) : undefined;
      if (likely === undefined) throw listFault(flaw('list-without-column', { name: to.slice(0, 50) }));
      to = guess.phoneColumn = likely;
    }
    if (UNSTORABLE.test(JSON.stringify(values))) throw listFault(flaw('list-character'), row);
    yield to === 'to' && reference === 'reference'
      ? values
      : { ...values, to: values[to] ?? null, reference: values[reference] ?? null };
  }
}
