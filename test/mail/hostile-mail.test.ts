import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { MAIL, phone, startApp, until, type App } from '../fixtures/app.ts';

const DOMAIN = 'in.aller-retour.example';
const INBOUND = { MAIL_INBOUND_PORT: '0', MAIL_INBOUND_DOMAIN: DOMAIN };
const MB = 1_000_000;

/** Each took seconds to minutes to be read, on the thread that answers everybody. `part` so many times between `a` and `x`. */
const HOSTILE = [
  { type: 'plain', part: '\r\n', times: 16_000 },
  { type: 'plain', part: ' \r\n', times: 16_000 },
  { type: 'plain', part: '2024-01-01 ', times: (1.8 * MB) / 11 },
  { type: 'plain', part: 'On Mon, 1 Jan 2024 at 10:00, ', times: (1.8 * MB) / 29 },
  { type: 'plain', part: 'On ', times: (1.8 * MB) / 3 },
  { type: 'html', part: '<b>x</b>', times: (1.8 * MB) / 8 },
];

/** By a process of its own, as a relay does. Answers with how each was answered. */
async function sendMails(asked: object): Promise<string[]> {
  const sender = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/send-mails.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  sender.stdin.end(JSON.stringify(asked));
  return z.array(z.string()).parse(JSON.parse(await text(sender.stdout)));
}

/** The address that answers one reply's mail, and the one its bounces go to. */
async function addresses(app: App): Promise<{ answer: string; bounce: string }> {
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'À quelle heure ?');
  const mail = await until('the mail is there', () => app.world.mailbox.mails[0]);
  return { answer: (await simpleParser(mail.raw)).replyTo?.text ?? '', bounce: mail.from };
}

async function p99OfHealth(app: App, whileMs: number): Promise<number> {
  const took: number[] = [];
  for (const end = performance.now() + whileMs; performance.now() < end; await sleep(5)) {
    const began = performance.now();
    await (await fetch(`${app.url}/health`)).text();
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
}

test('a hundred hostile mails delay nobody, and each is answered for good at once', async () => {
  await using app = await startApp({ ways: { email: true }, env: INBOUND });
  const to = await addresses(app);
  const mails = Array.from({ length: 100 }, (_, n) => ({
    from: MAIL,
    to: n % 12 < 6 ? to.answer : to.bounce,
    ...HOSTILE[n % HOSTILE.length],
  }));
  const quiet = await p99OfHealth(app, 4000);
  const sent = sendMails({ port: app.inboundMailPort() ?? 0, mails });
  const beside = await p99OfHealth(app, 6000);
  const answers = await sent;
  // Taken, or refused for good: 554 for HTML beyond what is parsed, 550 for a text that no SMS holds.
  expect([...new Set(answers)].filter((answer) => !['taken', '550', '554'].includes(answer))).toEqual([]);
  expect(answers).toContain('554');
  // One of these mails held the loop for 23 s. Below a third of a second the two share the cores with everything else that runs.
  expect(beside).toBeLessThanOrEqual(3 * Math.max(quiet, 300));
}, 120_000);

test('a stranger’s mail is refused by its head, whatever follows it', async () => {
  await using app = await startApp({ ways: { email: true }, env: INBOUND });
  const { answer } = await addresses(app);
  const port = app.inboundMailPort() ?? 0;
  // 550 names the author; 554 would say that the rest had been read too.
  expect(
    await sendMails({
      port,
      mails: [{ from: 'stranger@example.com', to: answer, type: 'html', part: '<b>x</b>', times: 200_000 }],
    }),
  ).toEqual(['550']);
});
