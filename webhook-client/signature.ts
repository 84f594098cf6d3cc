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
/** PKCS #8 prefix of an Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/**
 * A new Ed25519 key: `whsk_` and base64 of private and public half. It stays here: receivers get the public half, and can't sign.
 */
export function newSigningKey(): string {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return `${PRIVATE}${Buffer.concat([d, x].map((half) => Buffer.from(half, 'base64url'))).toString('base64')}`;
}

export const isSigningKey = (secret: string): boolean => secret.startsWith(PRIVATE);
const halves = (key: string): Buffer => Buffer.from(key.slice(PRIVATE.length), 'base64');

/** What the receiver gets: the secret, or an Ed25519 key's public half as `whpk_` and base64. */
export const shownOf = (secret: string): string =>
  isSigningKey(secret) ? `whpk_${halves(secret).subarray(32).toString('base64')}` : secret;

const MOST_KEYS = 5000;
const keys = new Map<string, KeyObject>();
/** Cached: importing a key costs as much as signing. */
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
 * Standard Webhooks 1.0 `webhook-signature`: per live secret `v1,` with HMAC-SHA256 of `id.timestamp.body`, per Ed25519 key
 * `v1a,`, space separated. Either of a rotation verifies.
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
