// No import by name: an older Node would fail at it before reporting its version.
import crypto, { randomBytes, timingSafeEqual } from 'node:crypto';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 50 ms. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const FORM = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

type Cost = { memory: number; passes: number; parallelism: number };

const derive = (password: string, nonce: Buffer, cost: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    crypto.argon2('argon2id', { message: password.normalize('NFC'), nonce, tagLength: 32, ...cost }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

const bare = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** A PHC string, with its cost parameters. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const key = await derive(password, nonce, COST);
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${bare(nonce)}$${bare(key)}`;
}

/** As slow without a password or user (null). */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const parts = FORM.exec(stored ?? '');
  if (!parts) {
    await derive(password, Buffer.alloc(16), COST);
    return false;
  }
  const [, memory, passes, parallelism, nonce = '', key = ''] = parts;
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const found = await derive(password, Buffer.from(nonce, 'base64'), cost);
  return timingSafeEqual(found, Buffer.from(key, 'base64'));
}
