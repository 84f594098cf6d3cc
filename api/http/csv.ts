import { parse } from 'csv-parse/sync';
import { z } from '@hono/zod-openapi';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';

/** Asks for the next piece when the reader wants it. */
export const streamOf = (pieces: AsyncGenerator<Buffer<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });

const Lines = z.array(z.array(z.string()));

/** The lines of a CSV that came in a field of JSON, by comma, semicolon or tab. Throws a refusal where it is none. */
export function csvLines(csv: string): string[][] {
  try {
    return Lines.parse(
      parse(csv, { bom: true, delimiter: [';', ',', '\t'], relax_column_count: true, skip_empty_lines: true, trim: true }),
    );
  } catch {
    throw invalidRequest(fault('csv', 'csv-form'));
  }
}
