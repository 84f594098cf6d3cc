import { decodeText, type TextEncoding } from '../sms/sms-text.ts';

/** One part of a long message from a phone. `index` counts from 1; `replyId` is the reply that shows it, once one does. */
export type ReplyPart = {
  index: number;
  body: Uint8Array;
  encoding: TextEncoding;
  ingestedAt: Date;
  replyId: string | null;
};

/** Stands in a text for parts that have not come. */
const GAP = '[…]';

/** A carrier brings a copy of what it thinks was lost within this time; later, the same bytes are another message. */
const COPY_MS = 10 * 60_000;
/** After that a part no longer belongs to what came before under its reference: phones use references again. */
const REPAIR_MS = 24 * 3_600_000;

/** Whether a part is one that is there already, one more of the same message, or the first of another under the same reference. */
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

/**
 * The text of the parts there are. Octets are joined before they are read, for an escape or a surrogate pair may be cut between
 * two parts; what is missing, at an end or between, is shown as `[…]`.
 */
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

/** All octets of the parts there are, in order. */
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
