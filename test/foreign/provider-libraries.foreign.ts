import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { WebhookRequest } from '../../carriers/carrier.ts';
import { fromTwilio, fromVonage, OURS, PLAYS, SECRET, WEBHOOK_SECRET } from '../carriers/providers/play.ts';

// Libraries that the providers publish agree with what we accept, and with what our played providers sign.

const FOLDER = join(homedir(), '.cache', 'aller-retour', 'provider-libraries');
const required = createRequire(join(FOLDER, 'of-ours.cjs'));

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  if (existsSync(join(FOLDER, 'node_modules', 'twilio'))) return;
  const packages = ['twilio@6.3.1', '@vonage/jwt@1.17.1'];
  execFileSync('npm', ['install', '--prefix', FOLDER, '--no-audit', '--no-fund', '--silent', ...packages]);
}, 120_000);

function parse(name: string, request: WebhookRequest) {
  const play = PLAYS[name];
  if (!play) throw new Error('No such provider');
  return play.carrier.parseWebhook?.(play.carrier.settings.parse(play.settings('https://api.example.com')), request);
}

test('npm twilio signs what we accept, and accepts what our Twilio signs', () => {
  const Library = z.object({
    getExpectedTwilioSignature: z.function({
      input: [z.string(), z.string(), z.record(z.string(), z.string())],
      output: z.string(),
    }),
    validateRequest: z.function({
      input: [z.string(), z.string(), z.string(), z.record(z.string(), z.string())],
      output: z.boolean(),
    }),
  });
  const library = Library.parse({ ...Object(required('twilio')) });
  const fields = { MessageSid: 'SM1', SmsStatus: 'received', From: '+33612345678', To: '36111', Body: 'Ça me va & à 15 h + 1 €' };
  const signature = library.getExpectedTwilioSignature(SECRET, OURS, fields);
  const request = fromTwilio(fields);
  expect(parse('twilio', { ...request, headers: { 'x-twilio-signature': signature } })).toMatchObject({ kind: 'content' });
  expect(library.validateRequest(SECRET, request.headers['x-twilio-signature'] ?? '', OURS, fields)).toBe(true);
});

test('npm @vonage/jwt accepts what our Vonage signs and refuses another secret, as we do', () => {
  const Library = z.object({ verifySignature: z.function({ input: [z.string(), z.string()], output: z.boolean() }) });
  const { verifySignature } = Library.parse({ ...Object(required('@vonage/jwt')) });
  const document = { channel: 'sms', message_uuid: 'in-1', from: '33612345678', to: '36111', text: 'OUI' };
  const request = fromVonage(document);
  const token = request.headers['authorization']?.replace('Bearer ', '') ?? '';
  expect(parse('vonage', request)).toMatchObject({ kind: 'content' });
  expect(verifySignature(token, WEBHOOK_SECRET)).toBe(true);
  const other = fromVonage(document, { secret: 'another' });
  expect(parse('vonage', other)).toMatchObject({ kind: 'forged' });
  expect(verifySignature(other.headers['authorization']?.replace('Bearer ', '') ?? '', WEBHOOK_SECRET)).toBe(false);
});
