import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startDev, type Dev } from '../dev.ts';
import { createClient, itemsOf, textOf } from '../seed.ts';
import { phone, until } from './fixtures/app.ts';

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

test('a stack that is stopped and started again has the same addresses, keys and replies, and goes on with a gateway that forgot its inbox', async () => {
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
