import { z } from 'zod';
import { isSigningKey, newSecret } from './signature.ts';

/** A secret of an endpoint: the newest has no end, one that was replaced signs until its own. */
export type SigningSecret = { secret: string; until: string | null };

/** The secrets sealed in an endpoint's row, newest first. A bare text is one without an end. */
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

/** Opens what is sealed in endpoints' rows, each once until it changes: `open` unseals. */
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

/** Those that sign at that time: during a rotation, two. */
export const liveSecrets = (secrets: SigningSecret[], now: Date): string[] =>
  secrets.filter(({ until }) => until === null || Date.parse(until) > now.getTime()).map(({ secret }) => secret);

/** A new secret in front; those of its kind before go on signing for `overlapMs`, or for what was left to them. */
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
