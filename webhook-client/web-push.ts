import { createCipheriv, createECDH, createPrivateKey, hkdfSync, randomBytes, sign } from 'node:crypto';
import { HOUR_MS } from '../domain/durations.ts';

export type PushSubscription = { endpoint: string; keys: { p256dh: string; auth: string } };
/** VAPID keys, base64url, and the operator's contact. */
export type Vapid = { publicKey: string; privateKey: string; subject: string };

/** Push services accept a day at most. */
const SIGNED_FOR_MS = 12 * HOUR_MS;
const RECORD_BYTES = 4096;

const derive = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
const coded = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

/** Encrypts for one browser (RFC 8188, RFC 8291), in one record. Throws on invalid keys. */
export function encryptPush(
  { p256dh, auth }: PushSubscription['keys'],
  text: string,
  { salt, privateKey }: { salt: Buffer; privateKey?: Buffer } = { salt: randomBytes(16) },
): Buffer<ArrayBuffer> {
  const ours = createECDH('prime256v1');
  if (privateKey) ours.setPrivateKey(privateKey);
  else ours.generateKeys();
  const theirs = Buffer.from(p256dh, 'base64url');
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours.getPublicKey()]);
  const secret = derive(ours.computeSecret(theirs), Buffer.from(auth, 'base64url'), info, 32);
  const cipher = createCipheriv(
    'aes-128-gcm',
    derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16),
    derive(secret, salt, 'Content-Encoding: nonce\0', 12),
  );
  const head = Buffer.alloc(5);
  head.writeUInt32BE(RECORD_BYTES);
  head.writeUInt8(ours.getPublicKey().length, 4);
  // A 2 ends the last record.
  const sealed = [cipher.update(text), cipher.update(Buffer.of(2)), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([salt, head, ours.getPublicKey(), ...sealed]);
}

export function vapidHeader(endpoint: string, { publicKey, privateKey, subject }: Vapid): string {
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: privateKey,
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const exp = Math.floor((Date.now() + SIGNED_FOR_MS) / 1000);
  const said = `${coded({ typ: 'JWT', alg: 'ES256' })}.${coded({ aud: new URL(endpoint).origin, exp, sub: subject })}`;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const signature = sign('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return `vapid t=${said}.${signature}, k=${publicKey}`;
}
