import './cli/node-version.ts';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig, type Config } from './config.ts';
import { DatabaseUnusable } from './database/migrate.ts';
import { openLog } from './process-log.ts';
import { startSystem } from './system.ts';

const config = readOrExit();
const log = openLog(config);
const prebuilt = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

try {
  await using system = await startSystem({
    config,
    log,
    ...(existsSync(prebuilt) ? { bundle: { code: readFileSync(prebuilt, 'utf8') } } : {}),
  });
  // Stops by itself when its supervisor is gone.
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal));
    process.once('disconnect', () => resolve('disconnect'));
  });
  process.send?.({ ready: true, url: system.url });
  const reason = await Promise.race([stopped, system.failed]);
  log.info({ reason }, 'stopping');
  // Time for a proxy that asks /ready to turn to another process; a second signal ends the wait.
  const seconds = config.NODE_ENV === 'production' && system.url !== null && reason === 'SIGTERM' ? config.DRAIN_SECONDS : 0;
  if (seconds > 0) {
    system.drain();
    const again = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => again.abort());
    await sleep(seconds * 1000, undefined, { signal: again.signal }).catch(() => {});
  }
} catch (error) {
  if (error instanceof DatabaseUnusable) process.stderr.write(`${error.message}\n`);
  else log.fatal({ err: error }, 'this process can not go on');
  process.exitCode = 1;
}
process.exit();

function readOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
