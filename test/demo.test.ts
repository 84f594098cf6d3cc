import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('the demo exits 0: each reply of a premium and a lowcost campaign came out everywhere it should, exactly once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-demo-test-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'demo.ts', '--data', folder], { timeout: 170_000 });
  expect(stdout).toMatch(/\n(\d+) of \1 replies came out everywhere they should, exactly once/);
  // One of each kind that the demo is about: a premium answer, a long one with letters outside GSM-7, a STOP, a lowcost one.
  for (const line of [
    /OUI +premium.+ ok\n/,
    /Bonjour ! Oui pour.+ premium.+ ok\n/,
    /STOP +premium.+ ok\n/,
    /Avec plaisir ! 03 +lowcost.+ ok\n/,
  ])
    expect(stdout).toMatch(line);
}, 180_000);
