import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startTemporal } from '../../dev/launchers/temporal.ts';
import { phone, sleep, startApp, until } from '../fixtures/app.ts';

const log = pino({ level: 'silent' });

test('Temporal down while replies arrive: all is taken and accepted, and happens once it is back', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-down-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const start = () => startTemporal({ dataDir, log, progress: () => {} });
  let temporal = await start();
  stack.defer(() => temporal.stop());

  await using app = await startApp({ env: { TEMPORAL_ADDRESS: temporal.address }, sweepEveryMs: 1000 });
  // An outage of its server is worth an error in the log of whoever runs activities.
  app.log.expect(/./);
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);

  await until('the receipt is acknowledged', () => app.world.smsc.counts.acknowledged === 1);

  await temporal.stop();
  await app.world.phones.reply(phone(1), 'OUI');
  await until('the reply is acknowledged', () => app.world.smsc.counts.acknowledged === 2);
  const accepted = await app.campaign([{ to: phone(2) }]);
  expect(accepted['state']).toBe('launched');
  await sleep(1000);
  expect(app.world.endpoint.calls).toHaveLength(0);

  const { address } = temporal;
  temporal = await start();
  expect(temporal.address).toBe(address);
  await until('the reply is at the endpoint', () => app.world.endpoint.calls[0], 40_000);
  await until('the reply is in the mailbox', () => app.world.mailbox.mails[0], 40_000);
  await until('the campaign is out', () => app.world.phones.received[1], 40_000);
  expect(app.world.endpoint.calls).toHaveLength(1);
}, 180_000);
