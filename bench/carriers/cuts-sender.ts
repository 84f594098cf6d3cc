import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { z } from 'zod';
import { openCarrierLines } from '../../activities/sending/carrier-lines.ts';
import { SlotLost } from '../../activities/sending/send-loop.ts';
import type { OutboundMessage } from '../../carriers/carrier.ts';
import { registry } from '../../carriers/registry.ts';
import { openDatabase } from '../../database/orm.ts';
import { createSecrets } from '../../database/secrets.ts';
import { rows } from '../../database/sql.ts';

/** A process that holds what slots it can get and sends whatever is queued, as a worker's batches do; there to be killed. */
const { databaseUrl, secretsKey, holder } = z
  .object({ databaseUrl: z.string(), secretsKey: z.string(), holder: z.string() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));
const db = await openDatabase({ url: databaseUrl, poolMax: 6 });
const lines = openCarrierLines({
  pool: db.pool,
  secrets: createSecrets(secretsKey),
  registry,
  log: pino({ level: 'silent' }),
  holder,
  carriers: ['*'],
  country: 'FR',
  deliverReplies: () => {},
  onCallbacksDue: () => {},
  mark: ({ id }) => ({ id, hash: '', standardWaitMs: 0, strictWaitMs: 0 }),
  lookEveryMs: 250,
});
lines.start(() => Promise.resolve({ shutdown: () => Promise.resolve() }));
let stopping = false;

async function send(worker: number): Promise<void> {
  while (!stopping) {
    const [line] = lines.health();
    const due = line
      ? await rows<OutboundMessage>(
          db.pool,
          `select id, to_number as "to", sender as "from", text, port from messages
           where state = 'queued' and (not_before is null or not_before <= now()) order by id offset $1 limit 250`,
          [worker * 250],
        )
      : [];
    if (!line || due.length === 0) await sleep(100);
    else
      await lines.send(line.carrierId, due).catch((error: unknown) => {
        if (!(error instanceof SlotLost)) throw error;
      });
  }
}

process.send?.('ready');
const sending = [0, 1, 2].map(send);
await once(process, 'disconnect');
stopping = true;
await lines.stop();
await Promise.all(sending);
await db.close();
