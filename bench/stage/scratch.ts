import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { migrate } from '../../database/migrate.ts';
import { startPostgres } from '../../dev/launchers/postgres.ts';

/** A migrated throwaway database with fsync. */
export async function startScratch(): Promise<AsyncDisposable & { url: string }> {
  await using starting = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-bench-'));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const { url } = starting.use(await startPostgres({ dataDir, log: pino({ level: 'warn' }, process.stderr) }));
  await migrate(url);
  const running = starting.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
