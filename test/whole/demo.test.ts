import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startDev } from '../../dev/dev.ts';
import { temporaryFolder } from '../fixtures/launcher.ts';

const run = promisify(execFile);

test('the demo exits 0: each reply, V2’s and V0’s, came out exactly once, through an outage too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-demo-test-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const args = ['--import', 'tsx', 'dev/demo/demo.ts', '--data', folder, '--platform', 'v2', '--platform', 'v0', '--outage'];
  const { stdout } = await run(process.execPath, args, { timeout: 380_000 });
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
    // The outage: tried in vain until the endpoint opens, held without a try from then on, drained by itself.
    /\d s +open +failed \d+, held \d+.+next try in \d+ s, last answer 503\n/,
    / Oui \d\d +[1-9] +1 +\d+\.\d s +delivered +ok\n/,
    / Et dimanche \? \d\d +0 +1 +\d+\.\d s +delivered +ok\n/,
    /\n24 of 24 replies came through the outage: taken exactly once, signed, or listed\.\n/,
  ])
    expect(stdout).toMatch(line);
}, 400_000);

test('a demo that fails says what it asked and why nothing came of it', async () => {
  await using folder = await temporaryFolder();
  // A stack that is healthy, and hangs up on everything else.
  const server = createServer((request, response) => {
    if (request.url === '/health') response.end('{}');
    else request.socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  await writeFile(join(folder.path, 'dev.json'), JSON.stringify({ url, addresses: { endpoint: url }, apiKey: 'none' }));
  const ended = run(process.execPath, ['--import', 'tsx', 'dev/demo/demo.ts', '--data', folder.path]);
  await expect(ended).rejects.toMatchObject({ code: 1, stderr: `POST ${url}/control got no answer: other side closed\n` });
  await new Promise((done) => server.close(done));
});

test('a demo after one ended in the middle, with a STOP and a failing endpoint, comes out right', async () => {
  await using folder = await temporaryFolder();
  await using dev = await startDev({ dataDir: folder.path, log: pino({ level: 'silent' }), progress: () => {} });
  const args = ['--import', 'tsx', 'dev/demo/demo.ts', '--data', folder.path];
  const first = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(first, 'exit');
  for await (const line of createInterface(first.stdout)) if (line.startsWith('3. ')) first.kill('SIGKILL');
  await gone;
  await fetch(`${dev.state.addresses.endpoint}/control`, {
    method: 'POST',
    body: JSON.stringify({ name: 'hook', mode: 'status', status: 503 }),
  });
  const { stdout } = await run(process.execPath, args, { timeout: 200_000 });
  expect(stdout).toContain('\n12 of 12 replies came out everywhere they should, exactly once');
}, 400_000);
