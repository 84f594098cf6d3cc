import { fork } from 'node:child_process';
import { flaw } from '../../domain/problems/said.ts';
import { listFault } from './list-fault.ts';

/** A message of that process: a page of rows, its end, or the reason why it gives up. */
export type FromWorkbook = { rows: string[][] } | { end: true } | { refused: 'list-not-xlsx' | 'list-bomb' | 'list-entities' };

const MOST_BYTES = 50 * 1_048_576;
const MOST_HEAP_MB = 200;
const READER = new URL(`./xlsx-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * The cells of a workbook's first sheet, row by row, read in a process of its own: a workbook is an archive from a stranger, and one
 * that unpacks without end aborts the process that reads it. A thread would abort with all others of its process.
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
    // The reader gets no secret of ours.
    env: {},
    execArgv: [`--max-old-space-size=${MOST_HEAP_MB}`],
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  let failure: unknown;
  reader.on('error', (error) => (failure = error));
  const exit = new Promise<null>((resolve) => reader.once('exit', () => resolve(null)));
  // It may die before it has read all.
  reader.stdin?.on('error', () => {}).end(Buffer.concat(parts, length));
  const next = (): Promise<FromWorkbook> =>
    new Promise((resolve) => reader.once('message', (said: FromWorkbook) => resolve(said)));
  try {
    for (;;) {
      const said = await Promise.race([next(), exit]);
      // Only the end of memory ends it by a signal: its own, or the system's.
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
