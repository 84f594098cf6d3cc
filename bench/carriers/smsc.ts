import { once } from 'node:events';
import { z } from 'zod';
import { startSmsc } from '../../dev/simulator/smsc.ts';

/** The SMSC of bench/carriers in its own process: sends its port, then its counts on request. */
const Options = z.object({ delayMs: z.number().nullable() });
const { delayMs } = Options.parse(JSON.parse(process.argv[2] ?? '{}'));
const smsc = await startSmsc({
  systemId: 'bench',
  password: 'bench',
  remember: 1000,
  deliverWindow: 500,
  receipts: delayMs === null ? 'off' : { delayMs },
});
process.send?.({ port: smsc.port });
process.on('message', () => process.send?.({ counts: smsc.counts }));
await once(process, 'disconnect');
process.exit(0);
