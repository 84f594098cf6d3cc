import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandOf } from '../../dev/launchers/child.ts';
import { lockOrHolder } from '../../dev/launchers/lock.ts';
import { temporaryFolder } from '../fixtures/launcher.ts';

test('what lasts is held by one, not waited for, and kept by a suspended holder until it is gone', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'dev.lock');
  const module = JSON.stringify(new URL('../../dev/launchers/lock.ts', import.meta.url).href);
  const script = `import { lockOrHolder } from ${module}; await lockOrHolder('${file}'); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(holder, 'exit');
  await once(holder.stdout, 'data');
  holder.kill('SIGSTOP');
  await utimes(file, new Date(0), new Date(0));
  expect(await lockOrHolder(file)).toEqual({ holder: holder.pid });
  holder.kill('SIGKILL');
  await gone;

  const own = await lockOrHolder(file);
  if (!('lock' in own)) throw new Error('The lock of a process that is gone was not broken');
  expect(await lockOrHolder(file)).toEqual({ holder: process.pid });
  await own.lock[Symbol.asyncDispose]();
  // As the first process of a container that starts again finds it.
  await writeFile(file, JSON.stringify([hostname(), process.pid, await commandOf(process.pid)]));
  expect(await lockOrHolder(file)).toHaveProperty('lock');
});
