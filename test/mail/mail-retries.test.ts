import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { createMailer, type Mail } from '../../activities/mail/mailer.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { startMailbox } from '../../dev/simulator/mailbox.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';
import { relayPaused } from '../fixtures/states/mail.ts';

const MAIL: Mail = {
  to: 'someone@example.com',
  subject: 's',
  html: '<p>h</p>',
  text: 't',
  headers: {},
  replyTo: null,
  returnPath: null,
  messageId: '<a@example.com>',
};

/** A relay that answers each command by its first word, hangs up where it has no answer, and says nothing where that is empty. */
async function aRelay(answers: Record<string, string | undefined>) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let text: string | null = null;
    const say = (word: string) => {
      const answer = answers[word];
      if (answer === undefined) socket.destroy();
      else if (answer !== '') socket.write(`${answer}\r\n`);
    };
    say('greeting');
    socket.on('data', (chunk: Buffer) => {
      if (text !== null) {
        // Its end may come by itself.
        text += chunk.toString();
        if (!text.endsWith('\r\n.\r\n')) return;
        text = null;
        return say('text');
      }
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        const word = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
        if (word === 'DATA') text = '';
        say(word);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The relay has no port');
  return {
    url: (who = '') => `smtp://${who}127.0.0.1:${address.port}`,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const GOOD = {
  greeting: '220 here',
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 ok',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go',
  text: '250 ok',
  RSET: '250 ok',
  QUIT: '221 bye',
};

test.each([
  ['takes the mail', {}, { outcome: 'sent' }],
  ['asks for another time', { text: '451 4.7.1 later' }, { outcome: 'later', class: 'smtp_4xx', status: 451 }],
  ['is busy as it greets', { greeting: '421 busy' }, { outcome: 'later', class: 'smtp_4xx', status: 421 }],
  ['refuses us as it greets', { greeting: '554 go away' }, { outcome: 'later', class: 'refused' }],
  ['refuses the text', { text: '554 5.7.1 spam' }, { outcome: 'refused', badAddress: false, status: 554 }],
  ['knows no such mailbox', { RCPT: '550 5.1.1 nobody' }, { outcome: 'refused', badAddress: true, status: 550 }],
  ['knows no such domain', { RCPT: '553-5.1.2\r\n553 5.1.2 nowhere' }, { outcome: 'refused', badAddress: true }],
  ['dislikes the sender', { MAIL: '550 5.1.8 bad sender' }, { outcome: 'refused', badAddress: false }],
  ['does not take our password', { AUTH: '535 5.7.8 no' }, { outcome: 'later', class: 'auth', status: 535 }],
  ['can not look up our password now', { AUTH: '454 4.7.0 later' }, { outcome: 'later', class: 'smtp_4xx' }],
  ['wants a password first', { MAIL: '530 5.7.0 authenticate' }, { outcome: 'later', class: 'auth' }],
  ['hangs up before the text', { DATA: undefined }, { outcome: 'later', class: 'reset' }],
  ['hangs up after the text', { text: undefined }, { outcome: 'later', class: 'unknown' }],
] as const)('a relay that %s is understood', async (_, answers, result) => {
  await using relay = await aRelay({ ...GOOD, ...answers });
  const mailer = createMailer(relay.url('us:secret@'), 'us@example.com');
  expect(await mailer.send(MAIL)).toMatchObject(result);
  mailer.close();
});

test.each([
  ['as it greets', { greeting: '' }, 'timeout', { greetingTimeout: 150 }],
  ['before the text', { DATA: '' }, 'timeout', { socketTimeout: 400 }],
  // What is said before takes a while on a busy machine, and is not to be taken for silence.
  ['after the text', { text: '' }, 'unknown', { socketTimeout: 1500 }],
] as const)('a relay that falls silent %s is not waited for for ever', async (_, answers, kind, limits) => {
  await using relay = await aRelay({ ...GOOD, ...answers });
  const mailer = createMailer(relay.url(), 'us@example.com', null, limits);
  expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'later', class: kind });
  mailer.close();
});

test('a relay sees no more connections than are allowed, however many mails go at once', async () => {
  await using relay = await aRelay(GOOD);
  const mailer = createMailer(relay.url(), 'us@example.com', null, { maxConnections: 2 });
  const mails = Array.from({ length: 12 }, (_, index) => mailer.send({ ...MAIL, messageId: `<${index}@example.com>` }));
  expect(new Set((await Promise.all(mails)).map(({ outcome }) => outcome))).toEqual(new Set(['sent']));
  expect(relay.connections()).toBe(2);
  mailer.close();
});

test('a relay that is away, or whose name nobody knows, is tried again', async () => {
  const mailbox = await startMailbox();
  await mailbox[Symbol.asyncDispose]();
  const away = createMailer(mailbox.smtpUrl, 'us@example.com');
  expect(await away.send(MAIL)).toMatchObject({ outcome: 'later', class: 'refused' });
  const nowhere = createMailer('smtp://relay.invalid', 'us@example.com');
  expect(await nowhere.send(MAIL)).toMatchObject({ outcome: 'later', class: 'dns' });
});

async function aReplyArrives(app: App): Promise<void> {
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
}
const settled = (app: App) =>
  until(
    'the mail is settled',
    async () => (await app.rows<{ state: string }>(`select state from deliveries where state in ('delivered', 'exhausted')`))[0],
  );
const classes = async (app: App) =>
  (await app.rows<{ class: string }>('select class from delivery_attempts order by number')).map((each) => each.class);

test('a connection lost after the text: unknown, and the mail comes again, same Message-ID', async () => {
  await using app = await startApp({ ways: { email: true }, emailSchedule: [0, 100, 100, 100] });
  app.world.mailbox.treat('drop-after-data', 2);
  await aReplyArrives(app);
  expect(await settled(app)).toEqual({ state: 'delivered' });
  expect(await classes(app)).toEqual(['unknown', 'unknown', 'ok']);
  const read = await Promise.all(app.world.mailbox.mails.map(({ raw }) => simpleParser(raw)));
  const [delivery] = await app.rows<{ id: string }>('select id from deliveries');
  expect(read.map((each) => each.messageId)).toEqual(Array.from({ length: 3 }, () => `<${delivery?.id}@aller-retour.example>`));
});

test('what the relay puts off is tried on schedule, then ends; asked for, the same mail goes', async () => {
  await using app = await startApp({ ways: { email: true }, emailSchedule: [0, 50, 50] });
  app.world.mailbox.treat('later');
  await aReplyArrives(app);
  expect(await settled(app)).toEqual({ state: 'exhausted' });
  expect(await classes(app)).toEqual(['smtp_4xx', 'smtp_4xx', 'smtp_4xx']);
  expect(app.world.mailbox.mails).toEqual([]);

  app.world.mailbox.treat('ok');
  const [listed] = itemsOf(await app.account.get('/v1/deliveries?channel=email&state=exhausted'));
  const id = textOf(listed ?? {}, 'id');
  // While the channel is paused nobody takes it up before it is looked at.
  await relayPaused(app.db);
  expect(await app.account.send('POST', `/v1/deliveries/${id}/retry`)).toMatchObject({ state: 'retrying', attempts: 3 });
  await app.operator.send('POST', '/v1/operator/mail/resume', {});
  const mail = await until('the mail is there after all', () => app.world.mailbox.mails[0]);
  expect(mail.raw.toString()).toContain(`Message-ID: <${id}@aller-retour.example>`);
  await until('it is delivered', async () => (await app.account.get(`/v1/deliveries/${id}`))['state'] === 'delivered');
  const [last] = itemsOf(await app.account.get(`/v1/deliveries/${id}/attempts`)).toReversed();
  expect(last).toMatchObject({ number: 4, trigger: 'manual', class: 'ok' });
  await expect(app.account.send('POST', `/v1/deliveries/${id}/retry`)).rejects.toThrow('conflict');
});
