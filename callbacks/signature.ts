import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/**
 * The `webhook-signature` header of the Standard Webhooks specification 1.0: one `v1,` HMAC-SHA256 of `id.timestamp.body` for
 * each live secret, space separated, so that a receiver with either secret of a rotation is content.
 */
export const sign = (secrets: string[], id: string, timestampSeconds: number, body: string): string =>
  secrets
    .map((secret) => {
      const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;
    })
    .join(' ');
