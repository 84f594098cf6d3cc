import { expect, test } from 'vitest';
import { decodeText } from '../../domain/sms/sms-text.ts';
import { isAnswer } from '../../dev/seed.ts';
import { phone, SHORT_CODES, startApp, until } from '../fixtures/app.ts';
import { PASSWORD, startTestSmsc } from '../fixtures/smpp-session.ts';
import { SMSCS, smpplib } from './foreign-smscs.ts';
import { eventually, startProgram } from './peer.ts';

const LONG = 'Bonjour, votre rendez-vous est confirmé. '.repeat(6).trim();

test.each(SMSCS)(
  'a campaign by an SMSC of $name: receipts and replies come home, each called back once',
  async ({ install, command, args, settings }) => {
    await install();
    await using smsc = startProgram(command, args);
    const first = await eventually('it listens', () => smsc.lines.find((line) => line.startsWith('port ')));
    await using app = await startApp({
      smpp: { port: Number(first.replace('port ', '')), systemId: 'aller', password: PASSWORD, ...settings },
    });
    const recipients = Array.from({ length: 30 }, (_, n) => ({ to: phone(n + 1), reference: `c-${n + 1}` }));
    const short = await app.campaign(recipients.slice(0, 29));
    const long = await app.campaign(recipients.slice(29), { text: LONG });
    await until('each message is delivered', async () => {
      const left = await app.rows(`select from messages where state <> 'delivered'`);
      return left.length === 0;
    });
    await until('each reply is called back', () => app.world.endpoint.calls.length >= 30);
    expect(await app.ended(short)).toMatchObject({ state: 'completed', total: 29 });
    expect(await app.ended(long)).toMatchObject({ state: 'completed', total: 1 });
    const replies = await app.replies();
    expect(replies.map((reply) => reply['text'])).toEqual(recipients.map(() => 'Ça me va, à 15 h ✓'));
    expect(replies.every((reply) => isAnswer(reply['attribution']) && reply['attribution']['confidence'] === 'exact')).toBe(true);
    expect(app.world.endpoint.calls.every(({ verified }) => verified)).toBe(true);
    expect(app.world.endpoint.calls).toHaveLength(30);
    for (const [code] of await app
      .rows(`select distinct sender from messages`)
      .then((rows) => rows.map(({ sender }) => [sender])))
      expect(SHORT_CODES).toContain(code);
  },
  120_000,
);

test('PyPI smpplib binds to our SMSC: what it sends arrives, its receipts and a reply reach it', async () => {
  await smpplib.install();
  await using smsc = await startTestSmsc({ receipts: { delayMs: 20 } });
  await using client = startProgram(smpplib.command, smpplib.args(smsc.port, LONG));
  const sms = await eventually('the message is there', () => smsc.submitted[0]);
  expect(sms).toMatchObject({ to: '+33612345678', from: '36111', text: LONG, segments: 2 });
  await smsc.deliver({ from: '+33612345678', to: '36111', text: 'Ça me va €' });
  const received = () => client.lines.filter((line) => line.startsWith('received ')).map((line) => line.split(' '));
  // It says what came before it acknowledges it.
  await eventually('both receipts and the reply came', () => received().length === 3 && smsc.counts.acknowledged === 3);
  const [reply] = received().filter(([, esm]) => esm === '0');
  expect(decodeText(Buffer.from(reply?.[2] ?? '', 'hex'), 'gsm7')).toBe('Ça me va €');
  expect(client.lines.filter((line) => line.startsWith('sent '))).toEqual(sms.messageIds.map((id) => `sent ${id}`));
  expect(smsc.counts).toMatchObject({ refused: 0, nacks: 0, acknowledged: 3 });
});
