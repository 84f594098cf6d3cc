import { Worker } from 'node:worker_threads';
import { flaw } from '../../domain/problems/said.ts';
import { listFault } from './list-fault.ts';

/** What the thread says: a page of rows, that it is through, or why it gives up. */
export type FromWorkbook = { rows: string[][] } | { end: true } | { refused: 'list-not-xlsx' | 'list-bomb' | 'list-entities' };

const MOST_BYTES = 50 * 1_048_576;
const MOST_HEAP_MB = 200;
const THREAD = new URL(`./xlsx-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * The cells of a workbook's first sheet, row by row, in a thread of its own: a workbook is an archive from a stranger, and one that
 * unpacks without end takes that thread's memory and no other's.
 */
export async function* readXlsx(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MOST_BYTES) throw listFault(flaw('list-bytes', { n: MOST_BYTES / 1_048_576 }));
    parts.push(chunk);
  }
  const zip = new Uint8Array(Buffer.concat(parts, length));
  const thread = new Worker(THREAD, {
    workerData: zip,
    transferList: [zip.buffer],
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  // Heard from the start: what a thread dies of while nobody waits for it must not end the process.
  let failure: unknown;
  thread.on('error', (error) => (failure = error));
  const exit = new Promise<null>((resolve) => thread.once('exit', () => resolve(null)));
  const next = (): Promise<FromWorkbook> => new Promise((resolve) => thread.once('message', resolve));
  try {
    for (;;) {
      const said = await Promise.race([next(), exit]);
      if (said === null) throw isOutOfMemory(failure) ? listFault(flaw('list-bomb')) : (failure ?? new Error('The thread ended'));
      if ('end' in said) return;
      if ('refused' in said) throw listFault(flaw(said.refused));
      yield* said.rows;
      thread.postMessage('more');
    }
  } finally {
    await thread.terminate();
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
