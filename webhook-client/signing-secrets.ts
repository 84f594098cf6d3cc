import { z } from 'zod';
import { isSigningKey, newSecret } from './signature.ts';

/** `until`: null for the newest; replaced ones sign until then. */
export type SigningSecret = { secret: string; until: string | null };

/** An endpoint's sealed secrets, newest first. A bare string has no end. */
const Stored = z
  .array(
    z.union([
      z.string().transform((secret) => ({ secret, until: null })),
      z.object({ secret: z.string(), until: z.iso.datetime().nullable() }),
    ]),
  )
  .min(1);

export const readSecrets = (opened: string): SigningSecret[] => Stored.parse(JSON.parse(opened));
const MOST_OPENED = 5000;

/** Opens endpoints' sealed secrets, cached until they change. */
export function createSecretReader(open: (sealed: Uint8Array) => string) {
  const opened = new Map<string, { sealed: Uint8Array; secrets: SigningSecret[] }>();
  return (endpointId: string, sealed: Uint8Array): SigningSecret[] => {
    const known = opened.get(endpointId);
    if (known && Buffer.compare(known.sealed, sealed) === 0) return known.secrets;
    if (opened.size >= MOST_OPENED) opened.clear();
    const secrets = readSecrets(open(sealed));
    opened.set(endpointId, { sealed, secrets });
    return secrets;
  };
}

export const writeSecrets = (secrets: SigningSecret[]): string => JSON.stringify(secrets);

/** Those that sign now: two during a rotation. */
export const liveSecrets = (secrets: SigningSecret[], now: Date): string[] =>
  secrets.filter(({ until }) => until === null || Date.parse(until) > now.getTime()).map(({ secret }) => secret);

/** Prepends a secret; earlier ones of its kind sign for `overlapMs` more at most. */
export function rotated(
  secrets: SigningSecret[],
  now: Date,
  overlapMs: number,
  secret = newSecret(),
): { secret: string; secrets: SigningSecret[] } {
  const end = new Date(now.getTime() + overlapMs).toISOString();
  const kept = secrets
    .map((each) => {
      if (isSigningKey(each.secret) !== isSigningKey(secret)) return each;
      return { ...each, until: each.until !== null && each.until < end ? each.until : end };
    })
    .filter(({ until }) => until === null || Date.parse(until) > now.getTime());
  return { secret, secrets: [{ secret, until: null }, ...kept] };
}
