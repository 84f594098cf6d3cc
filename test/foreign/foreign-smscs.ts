import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PASSWORD } from '../fixtures/smpp-session.ts';

const run = promisify(execFile);
const FOLDER = join(homedir(), '.cache', 'aller-retour', 'foreign-smscs');
const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A program that says its port, takes every message, and brings its receipt and the reply of whoever got it. */
export type ForeignSmsc = { name: string; install(): Promise<void>; command: string; args: string[]; settings: object };

const inNode = `
  const smpp = require(process.argv[1]);
  const ucs2 = (text) => ({ data_coding: 8, short_message: { message: Buffer.from(text, 'utf16le').swap16() } });
  let last = 0;
  const server = smpp.createServer((session) => {
    session.on('error', () => {});
    session.on('bind_transceiver', (pdu) => session.send(pdu.response({ command_status: pdu.password === process.argv[2] ? 0 : 14 })));
    for (const each of ['enquire_link', 'unbind']) session.on(each, (pdu) => session.send(pdu.response()));
    session.on('submit_sm', (pdu) => {
      const id = 'npm-' + ++last;
      session.send(pdu.response({ message_id: id }));
      const back = { source_addr_ton: 1, source_addr_npi: 1, source_addr: pdu.destination_addr, dest_addr_ton: 3, destination_addr: pdu.source_addr };
      const [header] = pdu.short_message.udh ?? [];
      setTimeout(() => {
        session.deliver_sm({ ...back, esm_class: 4, short_message: 'id:' + id + ' sub:001 dlvrd:001 stat:DELIVRD err:000 text:' });
        if (!header || header.at(-1) === header.at(-2)) session.deliver_sm({ ...back, ...ucs2('Ça me va, à 15 h ✓') });
      }, 50);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`;

const inPython = `
import sys, logging, smpplib.client, smpplib.consts, smpplib.gsm
logging.disable(logging.CRITICAL)
client = smpplib.client.Client('127.0.0.1', int(sys.argv[1]), allow_unknown_opt_params=True)
client.set_message_sent_handler(lambda pdu: print('sent', pdu.message_id.decode(), flush=True))
client.set_message_received_handler(lambda pdu: print('received', pdu.esm_class, pdu.short_message.hex(), flush=True) or 0)
client.connect()
client.bind_transceiver(system_id='aller', password=sys.argv[2])
parts, coding, esm = smpplib.gsm.make_parts(sys.argv[3])
for part in parts:
    client.send_message(source_addr_ton=smpplib.consts.SMPP_TON_NWSPEC, source_addr_npi=0, source_addr='36111',
        dest_addr_ton=smpplib.consts.SMPP_TON_INTL, dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN, destination_addr='33612345678',
        short_message=part, data_coding=coding, esm_class=esm, registered_delivery=True)
client.listen()`;

/** A client of PyPI's smpplib, which sends one text and says what it is brought. */
export const smpplib = {
  async install(): Promise<void> {
    const folder = join(FOLDER, 'python');
    if (!existsSync(join(folder, 'smpplib')))
      await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, 'smpplib==2.2.4']);
  },
  command: 'python3',
  args: (port: number, text: string): string[] => [
    '-c',
    `import sys; sys.path.insert(0, '${FOLDER}/python')\n${inPython}`,
    String(port),
    PASSWORD,
    text,
  ],
};

const NODE = join(FOLDER, 'node');
const JAVA = join(FOLDER, 'java');
const JARS = `${JAVA}/jars/*:${JAVA}/classes`;

export const SMSCS: ForeignSmsc[] = [
  {
    name: 'npm smpp',
    async install() {
      mkdirSync(NODE, { recursive: true });
      if (existsSync(join(NODE, 'node_modules', 'smpp'))) return;
      await run('npm', ['install', '--prefix', NODE, '--no-audit', '--no-fund', '--silent', 'smpp@0.5.1']);
    },
    command: process.execPath,
    args: ['-e', inNode, join(NODE, 'node_modules', 'smpp'), PASSWORD],
    settings: {},
  },
  {
    name: 'jsmpp',
    async install() {
      if (existsSync(join(JAVA, 'classes', 'Smsc.class'))) return;
      mkdirSync(join(JAVA, 'classes'), { recursive: true });
      const pom = ['-q', '-B', '-f', fileOf('jsmpp-pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${JAVA}/jars`];
      await run('mvn', pom, { maxBuffer: 10_000_000 });
      await run('javac', ['-cp', `${JAVA}/jars/*`, '-d', join(JAVA, 'classes'), fileOf('Smsc.java')]);
    },
    command: 'java',
    args: ['-cp', JARS, 'Smsc', PASSWORD],
    // It writes ids in hexadecimal when it takes a message, and in decimal in its receipt.
    settings: { receiptIds: 'decimal-to-hex' },
  },
  { name: 'Net::SMPP', install: () => Promise.resolve(), command: 'perl', args: [fileOf('smsc.pl'), 'whole'], settings: {} },
];
