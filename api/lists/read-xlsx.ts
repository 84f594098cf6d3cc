import { fork } from 'node:child_process';
import { flaw } from '../../domain/problems/said.ts';
import { listFault } from './list-fault.ts';

/** From the reader process: rows, the end, or why it gives up. */
export type FromWorkbook = { rows: string[][] } | { end: true } | { refused: 'list-not-xlsx' | 'list-bomb' | 'list-entities' };

const MOST_BYTES = 50 * 1_048_576;
const MOST_HEAP_MB = 200;
const READER = new URL(`./xlsx-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Rows of a workbook's first sheet, read in a separate process: an archive that unpacks without end aborts its process, even from
 * a thread.
 */
export async function* readXlsx(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MOST_BYTES) throw listFault(flaw('list-bytes', { n: MOST_BYTES / 1_048_576 }));
    parts.push(chunk);
  }
  const reader = fork(READER, {
    // No secrets for the reader.
    env: {},
    execArgv: [`--max-old-space-size=${MOST_HEAP_MB}`],
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  let failure: unknown;
  reader.on('error', (error) => (failure = error));
  const exit = new Promise<null>((resolve) => reader.once('exit', () => resolve(null)));
  // The process may die early.
  reader.stdin?.on('error', () => {}).end(Buffer.concat(parts, length));
  const next = (): Promise<FromWorkbook> =>
    new Promise((resolve) => reader.once('message', (said: FromWorkbook) => resolve(said)));
  try {
    for (;;) {
      const said = await Promise.race([next(), exit]);
      // A signal means that memory ran out.
      if (said === null) throw reader.signalCode ? listFault(flaw('list-bomb')) : (failure ?? new Error('The reader ended'));
      if ('end' in said) return;
      if ('refused' in said) throw listFault(flaw(said.refused));
      yield* said.rows;
      reader.send('more');
    }
  } finally {
    reader.kill('SIGKILL');
    await exit;
  }
}
