import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { PoolClient } from 'pg';

const CHUNK = 1000;
const ESCAPED = /[\\\t\n\r\b\f\v]/g;

/** Rows in COPY text format. JSON escapes control characters: only backslashes are doubled. */
async function* encode(importId: string, rows: AsyncIterable<Record<string, string | null>>): AsyncGenerator<string> {
  let row = 0;
  let lines: string[] = [];
  for await (const values of rows) {
    lines.push(`${importId}\t${++row}\t${JSON.stringify(values).replaceAll(ESCAPED, '\\$&')}\n`);
    if (lines.length < CHUNK) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}

/** Stores a list's rows as uploaded, in the caller's transaction. Returns how many. */
export async function copyListRows(
  client: PoolClient,
  importId: string,
  rows: AsyncIterable<Record<string, string | null>>,
): Promise<number> {
  const stream = client.query(copyFrom('copy list_rows (import_id, row, "values") from stdin'));
  await pipeline(Readable.from(encode(importId, rows)), stream);
  return stream.rowCount;
}
