import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startDev, type Dev } from '../../dev/dev.ts';
import { createClient, itemsOf, textOf } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { temporaryFolder } from '../fixtures/launcher.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A lowcost campaign to one phone, its answer, and the sync six hours later. */
async function roundTrip(dev: Dev, text: string): Promise<void> {
  const { state, world } = dev;
  const account = createClient(state.url, state.apiKey);
  const operator = createClient(state.url, state.operatorKey);
  const before = world.phones.received.length;
  await account.send(
    'POST',
    '/v1/campaigns',
    { name: 'Soldes', route: 'lowcost', text: 'Bonjour, on vous garde une place ?', recipients: [{ to: phone(1) }] },
    { 'idempotency-key': randomUUID() },
  );
  await until('the phone has it', () => world.phones.received[before]);
  await world.phones.reply(phone(1), text);
  const gateway = itemsOf(await operator.get('/v1/operator/carriers')).find((carrier) => carrier['type'] === 'dinstar');
  await operator.send('POST', `/v1/operator/carriers/${textOf(gateway ?? {}, 'id')}/sync`, {
    now: new Date(Date.now() + 7 * 3_600_000).toISOString(),
  });
  await until('the reply is home', async () => {
    const replies = itemsOf(await account.get('/v1/replies'));
    return replies.some((reply) => reply['text'] === text);
  });
  await until('the endpoint has it', () => world.endpoint.calls.some((call) => call.verified && call.body.includes(text)));
}

test('a stack that is stopped and started has its addresses, keys and replies, and goes on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-dev-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const options = { dataDir, log: pino({ level: 'silent' }), progress: () => {} };
  const first = await startDev(options);
  await roundTrip(first, 'Oui pour une place');
  await first[Symbol.asyncDispose]();

  const taken = createServer().listen(first.state.ports.smsc, '127.0.0.1');
  await once(taken, 'listening');
  await expect(startDev(options)).rejects.toThrow(/^The port of smsc \d+ is in use\. Free it, or start over with --fresh\.$/);
  await new Promise((resolve) => taken.close(resolve));

  await using second = await startDev(options);
  expect(second.state).toEqual(first.state);
  await roundTrip(second, 'Oui encore');
  const texts = itemsOf(await createClient(second.state.url, second.state.apiKey).get('/v1/replies')).map(({ text }) => text);
  expect(texts).toEqual(['Oui encore', 'Oui pour une place']);
}, 240_000);

test('beside a running stack a second says where it is, --fresh deletes nothing, both exit 1', async () => {
  await using folder = await temporaryFolder();
  await using first = await startDev({ dataDir: folder.path, log: pino({ level: 'silent' }), progress: () => {} });
  const { url, temporalUi, addresses } = first.state;
  const dev = async (...args: string[]) => {
    const command = ['--import', 'tsx', 'dev/dev.ts', '--data', folder.path, ...args];
    return promisify(execFile)(process.execPath, command, { cwd: ROOT }).then(
      () => ({ code: 0, stderr: '' }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
    );
  };
  const second = await dev();
  expect(second.code).toBe(1);
  const whose = `A stack already runs on ${folder.path}, started by process ${process.pid}:\n`;
  for (const said of [whose, url, temporalUi, addresses.phones, addresses.mailbox, addresses.endpoint])
    expect(second.stderr).toContain(said);
  expect(await dev('--fresh')).toEqual({
    code: 1,
    stderr: `Nothing was deleted: process ${process.pid} runs a stack on ${folder.path}; stop it there with Ctrl-C first.\n`,
  });
  await roundTrip(first, 'Rien ne manque');
  await first[Symbol.asyncDispose]();

  await using again = await startDev({ dataDir: folder.path, fresh: true, log: pino({ level: 'silent' }), progress: () => {} });
  expect(again.state.apiKey).not.toBe(first.state.apiKey);
  expect(itemsOf(await createClient(again.state.url, again.state.apiKey).get('/v1/replies'))).toEqual([]);
}, 240_000);
