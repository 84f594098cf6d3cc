import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';

const run = promisify(execFile);
const FOLDER = join(homedir(), '.cache', 'aller-retour', 'schemathesis');
const COMMAND = join(FOLDER, 'bin', 'schemathesis');

/** As its registry has it, installed once for this machine. */
async function install(): Promise<void> {
  if (existsSync(COMMAND)) return;
  await run('python3', ['-m', 'venv', FOLDER]);
  await run(join(FOLDER, 'bin', 'pip'), ['install', '--quiet', 'schemathesis==4.32.5']);
}

type Of = { key: string; only: string[] };

/** What it says of the routes at these addresses, called with that key: by the document, and by what the document forbids. */
async function attack(url: string, { key, only }: Of): Promise<string> {
  const bounds = ['--max-examples', '3', '--phases', 'coverage,fuzzing', '--seed', '1', '--no-shrink', '--workers', '2'];
  const found = ['--checks', 'not_a_server_error', '--generation-database', 'none', '--suppress-health-check', 'all'];
  const asked = ['run', `${url}/openapi.json`, '--url', url, '-H', `Authorization: Bearer ${key}`, ...only, ...bounds, ...found];
  const { stdout } = await run(COMMAND, asked, { cwd: FOLDER, maxBuffer: 64 * 1024 * 1024 }).catch(
    (failed: { stdout: string }) => failed,
  );
  return stdout;
}

test(
  'Schemathesis finds no answer of 500 or more, on the routes of accounts and of operators',
  { timeout: 900_000 },
  async () => {
    await install();
    await using api = await startApi();
    await using server = await listening(api.app.fetch);
    await carriers(api);
    const shop = await anAccount(api);
    const accounts = ['--include-path-regex', '^/v1/(?!operator|session)'];
    const operators = ['--include-path-regex', '^/v1/operator/'];
    // Whoever revokes the key of the request, or ends the account, ends the attack.
    const spared = ['--exclude-operation-id', 'revokeOwnKey', '--exclude-operation-id', 'revokeKey'];
    for (const [key, only] of [
      [shop.key, accounts],
      [api.operatorKey, operators],
    ] as const) {
      const said = await attack(server.url, { key, only: [...only, ...spared] });
      expect(said).toMatch(/Operations:\s+\d\d/);
      expect(said.match(/Server error.*|\[50\d\].*/g) ?? []).toEqual([]);
    }
    const failed = api.lines.filter((line) => /"status":5\d\d/.test(line));
    expect(failed).toEqual([]);
    expect(api.lines.filter((line) => line.includes('"status":')).length).toBeGreaterThan(500);
  },
);
