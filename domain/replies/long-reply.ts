import { decodeText, type TextEncoding } from '../sms/sms-text.ts';

/** A part of a long message. `index` counts from 1; `replyId`: the reply that shows it. */
export type ReplyPart = {
  index: number;
  body: Uint8Array;
  encoding: TextEncoding;
  ingestedAt: Date;
  replyId: string | null;
};

/** For missing parts. */
const GAP = '[…]';

/** Carriers repeat what they think lost within this time; later, the same bytes are new. */
const COPY_MS = 10 * 60_000;
/** Phones reuse references: a later part belongs to another message. */
const REPAIR_MS = 24 * 3_600_000;

/** Whether a part is a copy, another part of the same message, or starts a new one under a reused reference. */
export function placeOf(
  part: Pick<ReplyPart, 'index' | 'body'>,
  stored: readonly ReplyPart[],
  total: number,
  now: Date,
): 'copy' | 'next' | 'other' {
  if (stored.some(({ ingestedAt }) => now.getTime() - ingestedAt.getTime() > REPAIR_MS)) return 'other';
  const same = stored.find(({ index }) => index === part.index);
  if (!same) return 'next';
  if (!isEqual(same.body, part.body)) return 'other';
  return stored.length === total && now.getTime() - same.ingestedAt.getTime() > COPY_MS ? 'other' : 'copy';
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((octet, at) => octet === b[at]);

/** Joins octets before decoding, since an escape or surrogate pair may be split; missing parts become `[…]`. */
export function joinParts(parts: readonly ReplyPart[], total: number): string {
  const runs: { encoding: TextEncoding; bodies: Uint8Array[] }[] = [];
  let text = '';
  const read = (): string => runs.map(({ bodies, encoding }) => decodeText(concat(bodies), encoding)).join('');
  let expected = 1;
  for (const part of parts.toSorted((a, b) => a.index - b.index)) {
    if (part.index !== expected) {
      text += read() + GAP;
      runs.length = 0;
    }
    const run = runs.at(-1);
    if (run && run.encoding === part.encoding) run.bodies.push(part.body);
    else runs.push({ encoding: part.encoding, bodies: [part.body] });
    expected = part.index + 1;
  }
  return text + read() + (expected <= total ? GAP : '');
}

export const joinBodies = (parts: readonly ReplyPart[]): Uint8Array =>
  concat(parts.toSorted((a, b) => a.index - b.index).map(({ body }) => body));

function concat(bodies: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(bodies.reduce((length, body) => length + body.length, 0));
  let at = 0;
  for (const body of bodies) {
    joined.set(body, at);
    at += body.length;
  }
  return joined;
}
