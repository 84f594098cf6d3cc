import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';

export const streamOf = (pieces: AsyncGenerator<Buffer<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });

export function sendFile(c: Context, name: string, type: string, content: ReadableStream) {
  c.header('Content-Type', type);
  c.header('Content-Disposition', `attachment; filename="${name}"`);
  return c.body(content, 200);
}
export const CSV = 'text/csv; charset=utf-8';

/** Characters parsed before other requests get their turn. */
const SLICE = 65_536;

/** Rows of a CSV sent in a JSON field, separated by comma, semicolon or tab. Throws for anything else. */
export async function csvLines(csv: string): Promise<string[][]> {
  const form = { bom: true, delimiter: [';', ',', '\t'], relax_column_count: true, skip_empty_lines: true, trim: true };
  const lines: string[][] = [];
  try {
    const parser: AsyncIterable<string[]> = Readable.from(slices(csv), { objectMode: false }).pipe(parse(form));
    for await (const line of parser) lines.push(line);
    return lines;
  } catch {
    throw invalidRequest(fault('csv', 'csv-form'));
  }
}

async function* slices(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += SLICE) {
    yield text.slice(at, at + SLICE);
    await setImmediate();
  }
}
