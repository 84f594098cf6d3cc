import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('the demo exits 0: each reply to V2’s and to V0’s campaigns came out everywhere it should, exactly once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-demo-test-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const args = ['--import', 'tsx', 'demo.ts', '--data', folder, '--platform', 'v2', '--platform', 'v0'];
  const { stdout } = await run(process.execPath, args, { timeout: 170_000 });
  expect([...stdout.matchAll(/\n(\d+) of \1 replies came out everywhere they should, exactly once/g)]).toHaveLength(2);
  // One of each kind that the demo is about: a premium answer, a long one with letters outside GSM-7, a STOP, a lowcost one;
  // on V0 one to a SIM, one to a short code that sent, one to a short code that was read in a text.
  for (const line of [
    /OUI +premium.+ ok\n/,
    /Bonjour ! Oui pour.+ premium.+ ok\n/,
    /STOP +premium.+ ok\n/,
    /Avec plaisir ! 03 +lowcost.+ ok\n/,
    /\+336\d+ +Oui, volontiers.+ ok\n/,
    /, from Boulangerie: « Fermé lundi\. Une question \? Écrivez au (\d{5})\. Nous lisons tout au \1\. »/,
    /38\d{3} +OUI samedi.+ ok\n/,
    /38\d{3} +Et mardi \?.+ ok\n/,
  ])
    expect(stdout).toMatch(line);
}, 180_000);
