import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign as signWith,
  type KeyObject,
} from 'node:crypto';

const PREFIX = 'whsec_';
const PRIVATE = 'whsk_';
/** The octets before the 32 of an Ed25519 key in PKCS #8. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/** A new Ed25519 key: `whsk_` and base64 of its private and its public half. It never leaves us: who verifies with the public one can't sign. */
export function newSigningKey(): string {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return `${PRIVATE}${Buffer.concat([d, x].map((half) => Buffer.from(half, 'base64url'))).toString('base64')}`;
}

export const isSigningKey = (secret: string): boolean => secret.startsWith(PRIVATE);
const halves = (key: string): Buffer => Buffer.from(key.slice(PRIVATE.length), 'base64');

/** The receiver's form of a secret: itself, or the public half of an Ed25519 key, `whpk_` and base64. */
export const shownOf = (secret: string): string =>
  isSigningKey(secret) ? `whpk_${halves(secret).subarray(32).toString('base64')}` : secret;

const MOST_KEYS = 5000;
const keys = new Map<string, KeyObject>();
/** A key is made once: making it costs as much as signing with it. */
function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known) return known;
  const key = isSigningKey(secret)
    ? createPrivateKey({ key: Buffer.concat([PKCS8, halves(secret).subarray(0, 32)]), format: 'der', type: 'pkcs8' })
    : createSecretKey(Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64'));
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(secret, key);
  return key;
}

/**
 * The `webhook-signature` header of the Standard Webhooks specification 1.0: one `v1,` HMAC-SHA256 of `id.timestamp.body` for
 * each live secret, and one `v1a,` for each Ed25519 key, space separated, so that a receiver with either of a rotation is content.
 */
export function sign(secrets: string[], id: string, timestampSeconds: number, body: string): string {
  const signed = `${id}.${timestampSeconds}.${body}`;
  return secrets
    .map((secret) => {
      if (isSigningKey(secret)) return `v1a,${signWith(null, Buffer.from(signed), keyOf(secret)).toString('base64')}`;
      return `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`;
    })
    .join(' ');
}
