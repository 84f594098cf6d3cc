import { createHash, createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDkim } from '../../activities/mail/dkim-key.ts';
import { readConfig } from '../../config.ts';
import { phone, startApp, until } from '../fixtures/app.ts';

/** As a file holds it. */
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), 'aller-retour-dkim-'));
  return {
    async file(name: string, text: string) {
      await writeFile(join(path, name), text);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

const relaxed = (line: string): string => line.replaceAll(/[ \t]+/g, ' ').replace(/ $/, '');

/** Whether a mail's signature (RFC 6376, relaxed/relaxed) is of that key, and over it as it stands. */
function verify(raw: string, key: KeyObject): boolean {
  const end = raw.indexOf('\r\n\r\n');
  const headers = raw.slice(0, end).split(/\r\n(?![ \t])/);
  const body = `${raw
    .slice(end + 4)
    .split('\r\n')
    .map(relaxed)
    .join('\r\n')
    .replace(/(?:\r\n)*$/, '')}\r\n`;
  const canonical = (header: string): string => {
    const colon = header.indexOf(':');
    const value = relaxed(header.slice(colon + 1).replaceAll('\r\n', '')).trim();
    return `${header.slice(0, colon).toLowerCase().trim()}:${value}`;
  };
  const signature = headers.find((header) => /^dkim-signature:/i.test(header)) ?? '';
  const tag = (name: string): string =>
    new RegExp(`(?:^|[;:])\\s*${name}=([^;]*)`).exec(signature.replaceAll(/\r\n/g, ''))?.[1]?.replaceAll(/\s/g, '') ?? '';
  if (tag('c') !== 'relaxed/relaxed' || tag('a') !== 'rsa-sha256') return false;
  if (createHash('sha256').update(body).digest('base64') !== tag('bh')) return false;
  const left = [...headers];
  const signed = tag('h')
    .split(':')
    .flatMap((name) => {
      const at = left.findLastIndex((header) => header.toLowerCase().startsWith(`${name.toLowerCase()}:`));
      return at < 0 ? [] : left.splice(at, 1).map(canonical);
    });
  const own = canonical(signature)
    .replace(/([;:]\s*b=)[^;]*/, '$1')
    .trimEnd();
  return createVerify('RSA-SHA256')
    .update([...signed, own].join('\r\n'))
    .verify(key, tag('b'), 'base64');
}

test('mails are signed for their sender’s domain, over text, subject and where answers go', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await using folder = await aFolder();
  await using app = await startApp({
    ways: { email: true },
    env: {
      MAIL_DKIM_KEY_FILE: await folder.file('key.pem', pem(privateKey)),
      MAIL_DKIM_SELECTOR: 's1',
      MAIL_INBOUND_PORT: '0',
      MAIL_INBOUND_DOMAIN: 'in.aller-retour.example',
      PUBLIC_URL: 'https://sms.example.com',
    },
  });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'Ça m’intéresse  ✓');
  const mail = await until('the mail is there', () => app.world.mailbox.mails[0]);
  const raw = mail.raw.toString();
  expect(raw).toMatch(/^DKIM-Signature:/m);
  expect(raw).toMatch(/d=aller-retour\.example;/);
  expect(raw).toMatch(/s=s1;/);
  expect(verify(raw, publicKey)).toBe(true);
  expect(verify(raw.replace('Conversation', 'conversation'), publicKey)).toBe(false);
  expect(verify(raw.replace(/(Reply-To:\s*)r\+/, '$1x+'), publicKey)).toBe(false);
  expect(verify(raw.replace(/(List-Unsubscribe:\s*)</, '$1<x'), publicKey)).toBe(false);
  expect(verify(`${raw.trimEnd()}\r\nmore\r\n`, publicKey)).toBe(false);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(verify(raw, other.publicKey)).toBe(false);
});

test('a key that leaves mails unsigned, or that nobody accepts, is refused at start-up by name', async () => {
  await using folder = await aFolder();
  const read = (file: string) => () => readDkim({ file, selector: 's1', domain: 'example.com' });
  const ed25519 = await folder.file('ed.pem', pem(generateKeyPairSync('ed25519').privateKey));
  expect(read(ed25519)).toThrow(/ed\.pem holds a key of type ed25519\. Mails are signed with RSA/);
  const short = await folder.file('short.pem', pem(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey));
  expect(read(short)).toThrow(/512 bits/);
  expect(read(await folder.file('text.pem', 'no key'))).toThrow(/is not a private key/);
  expect(read('/nowhere/key.pem')).toThrow(/can not be read/);
  await expect(startApp({ env: { MAIL_DKIM_KEY_FILE: ed25519, MAIL_DKIM_SELECTOR: 's1' } })).rejects.toThrow(/ed25519/);
  const basis = { DATABASE_URL: 'postgres://a@b/c', TEMPORAL_ADDRESS: 'a:1', SECRETS_KEY: 'x' };
  expect(() => readConfig({ ...basis, MAIL_DKIM_KEY_FILE: ed25519 })).toThrow(/MAIL_DKIM_SELECTOR: is missing/);
});
