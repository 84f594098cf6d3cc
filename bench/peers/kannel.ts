import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, isOpen } from '../../dev/launchers/ports.ts';
import { startProgram } from '../../test/foreign/peer.ts';
import { SHORT_CODE } from '../stage/stack.ts';

const run = promisify(execFile);
const MTBATCH = '/usr/bin/mtbatch';

const configuration = (
  folder: string,
  ports: { admin: number; box: number; sms: number; smsc: number; sink: number },
): string => `
group = core
admin-port = ${ports.admin}
admin-password = none
smsbox-port = ${ports.box}
log-level = 4
log-file = "${folder}/bearerbox.log"
store-type = file
store-location = "${folder}/store"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = bench
host = 127.0.0.1
port = ${ports.smsc}
transceiver-mode = true
smsc-username = bench
smsc-password = bench
system-type = ""
max-pending-submits = 100
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${ports.sms}
log-file = "${folder}/smsbox.log"
log-level = 4
http-request-retry = 10
http-queue-delay = 1

group = sms-service
keyword = default
catch-all = true
omit-empty = true
max-messages = 0
get-url = "http://127.0.0.1:${ports.sink}/mo?text=%b"
`;

const TEXT = 'Bonjour Zoé, votre commande est prête. Passerez-vous samedi ? Répondez OUI ou NON.';

/** Kannel (Debian's kannel and kannel-extras) with its file store; replies go to the sink by GET. */
export async function startKannel({ smscPort, endpointPort }: { smscPort: number; endpointPort: number }) {
  await access(MTBATCH).catch(() => {
    throw new Error('Kannel is not there: apt-get install kannel kannel-extras');
  });
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-kannel-'));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const [admin, box, sms] = [await freePort(), await freePort(), await freePort()];
  const file = join(folder, 'kannel.conf');
  await writeFile(file, configuration(folder, { admin, box, sms, smsc: smscPort, sink: endpointPort }));

  let boxes = new AsyncDisposableStack();
  async function start(): Promise<void> {
    boxes = new AsyncDisposableStack();
    boxes.use(startProgram('/usr/sbin/bearerbox', [file]));
    while (!(await isOpen(box))) await sleep(100);
    boxes.use(startProgram('/usr/sbin/smsbox', [file]));
    while (!(await isOpen(sms))) await sleep(100);
    await sleep(2000);
  }
  await start();
  starting.defer(() => boxes.disposeAsync());

  const running = starting.move();
  return {
    /** Submits a list by mtbatch; answers with the seconds it took. */
    async accept(phones: string[]): Promise<number> {
      const [content, receivers] = [join(folder, 'content'), join(folder, 'receivers')];
      await writeFile(content, TEXT);
      // mtbatch takes numbers without a plus.
      await writeFile(receivers, phones.map((phone) => `${phone.slice(1)}\n`).join(''));
      const begun = performance.now();
      await run(MTBATCH, ['-v', '4', '-p', String(box), '-f', SHORT_CODE, content, receivers]);
      return (performance.now() - begun) / 1000;
    },
    /** Kills and restarts both boxes. */
    async crash(): Promise<void> {
      await boxes.disposeAsync();
      await start();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
