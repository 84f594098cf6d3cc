import { startWorld } from '../../dev/simulator/world.ts';

// The simulated world in a process of its own, which nobody kills: its logs are the ledger of what phones, endpoint and mailbox saw.
const world = await startWorld({ shortCodes: ['38015', '38016'], sims: [], receipts: { delayMs: 100 } });
process.on('message', (secret) => world.endpoint.addSecret(String(secret)));
process.once('disconnect', () => process.exit());
process.send?.({
  smscPort: world.ports.smsc,
  systemId: world.smsc.systemId,
  password: world.smsc.password,
  phones: world.phones.url,
  mailbox: world.mailbox.url,
  smtpUrl: world.mailbox.smtpUrl,
  endpoint: world.endpoint.url,
});
