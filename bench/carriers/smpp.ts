import { pino } from 'pino';
import type { OutboundMessage } from '../../carriers/carrier.ts';
import { smpp } from '../../carriers/smpp/smpp.ts';
import { startSmsc } from '../../dev/simulator/smsc.ts';

type Figures = { messages: number; window: number; perSecond: number; cpu: number };

/** Submissions a second to the simulated SMSC in the same process, without a database. `cpu`: cores used. */
export async function submitsPerSecond({ messages = 100_000, window = 100 } = {}): Promise<Figures> {
  await using smsc = await startSmsc({ systemId: 'bench', password: 'bench', remember: 1000 });
  const settings = smpp.settings.parse({ host: '127.0.0.1', port: smsc.port, systemId: 'bench', password: 'bench', window });
  const session = smpp.open(settings, {
    log: pino({ level: 'silent' }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });
  await session.whenReady();

  const message = (n: number): OutboundMessage => ({
    id: String(n),
    to: `+336${String(n).padStart(8, '0')}`,
    from: '36111',
    text: `Bonjour ${n}, votre commande est prete : repondez OUI pour la recevoir. STOP au 36111`,
    port: null,
  });
  let next = 0;
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: window }, async () => {
      while (next < messages) {
        const [result] = await Promise.all(session.submit([message(next++)]));
        if (result?.outcome !== 'accepted') throw new Error(`A submission was ${result?.outcome}.`);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  await session.close(1000);
  if (smsc.counts.accepted !== messages) throw new Error(`The SMSC counted ${smsc.counts.accepted} of ${messages}.`);
  return { messages, window, perSecond: Math.round(messages / seconds), cpu: (user + system) / 1e6 / seconds };
}

if (import.meta.main) console.log(await submitsPerSecond());
