import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto';

/** AES-256-GCM. A sealed value is key id (4 bytes), nonce (12), tag (16), ciphertext. */
export type Secrets = { seal(text: string): Buffer; open(sealed: Uint8Array): string };

const idOf = (key: Buffer): Buffer => createHash('sha256').update(key).digest().subarray(0, 4);

/**
 * `keys`: base64 of 32 bytes each, comma separated. The first seals, all open: rotate by putting a new one in front. Throws on
 * another length.
 */
export function createSecrets(keys: string): Secrets {
  const all = keys.split(',').map((key) => {
    const bytes = Buffer.from(key.trim(), 'base64');
    if (bytes.length !== 32) throw new Error('SECRETS_KEY must be base64 of 32 bytes (openssl rand -base64 32)');
    return { id: idOf(bytes), key: createSecretKey(bytes) };
  });
  const [sealing] = all;
  if (!sealing) throw new Error('SECRETS_KEY is empty');

  return {
    seal(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealing.key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([sealing.id, nonce, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed);
      const id = bytes.subarray(0, 4);
      const held = all.find((candidate) => candidate.id.equals(id));
      if (!held) throw new Error('A stored secret was sealed with a key that SECRETS_KEY does not hold');
      const decipher = createDecipheriv('aes-256-gcm', held.key, bytes.subarray(4, 16));
      decipher.setAuthTag(bytes.subarray(16, 32));
      return Buffer.concat([decipher.update(bytes.subarray(32)), decipher.final()]).toString('utf8');
    },
  };
}
