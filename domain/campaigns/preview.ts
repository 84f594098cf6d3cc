import { changesOf, optimiseText } from '../sms/optimise-text.ts';
import { countSegments, type SegmentEncoding } from '../sms/segments.ts';
import type { AnswerBy } from '../sending/sender-policy.ts';

export type Previewed = {
  to: string;
  country: string;
  text: string;
  segments: number;
  encoding: SegmentEncoding;
  replyCode: string | null;
};

/** Recipients of one country and alphabet. */
export type SegmentClass = {
  country: string;
  encoding: SegmentEncoding;
  recipients: number;
  min: number;
  avg: number;
  max: number;
  total: number;
};

/** Segments by country and alphabet, most recipients first. */
export function segmentClasses(messages: readonly Previewed[]): SegmentClass[] {
  const classes = new Map<string, Omit<SegmentClass, 'avg'>>();
  for (const { country, encoding, segments } of messages) {
    const key = `${country} ${encoding}`;
    let known = classes.get(key);
    if (!known) {
      known = { country, encoding, recipients: 0, min: segments, max: segments, total: 0 };
      classes.set(key, known);
    }
    known.recipients += 1;
    known.min = Math.min(known.min, segments);
    known.max = Math.max(known.max, segments);
    known.total += segments;
  }
  return [...classes.values()]
    .map((each) => ({ ...each, avg: Math.round((each.total / each.recipients) * 100) / 100 }))
    .toSorted((a, b) => b.recipients - a.recipients);
}

/** The characters that cut a segment from 160 to 70, by messages; `inText`: part of the text itself. */
export function forcingCharacters(
  messages: readonly Previewed[],
  text: string,
): { character: string; inText: boolean; messages: number }[] {
  const counts = new Map<string, number>();
  for (const message of messages) {
    if (message.encoding === 'gsm7') continue;
    for (const character of countSegments(message.text).forcing) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return [...counts]
    .map(([character, count]) => ({ character, inText: text.includes(character), messages: count }))
    .toSorted((a, b) => b.messages - a.messages);
}

/** Segments if written in plain characters. */
export function plainSegments(messages: readonly Previewed[]): number {
  let plain = 0;
  for (const { encoding, segments, text } of messages)
    plain += encoding === 'gsm7' ? segments : countSegments(optimiseText(text)).segments;
  return plain;
}

/** Characters that can be written plainly, and the segments then; null without a gain. */
export const optimisation = (text: string, before: number, after: number) =>
  after < before ? { text: optimiseText(text), changes: changesOf(text), segments: after, saved: before - after } : null;

/** Three recipients: the first, the longest text, and another country if any. */
export function sampleOf<T extends Previewed>(messages: readonly T[]): T[] {
  const [first] = messages;
  if (!first) return [];
  let longest = first;
  for (const message of messages) if (message.segments > longest.segments) longest = message;
  const picked = new Set([first, longest]);
  const elsewhere = messages.find((message) => message.country !== first.country);
  if (elsewhere) picked.add(elsewhere);
  for (const message of messages) {
    if (picked.size >= 3) break;
    picked.add(message);
  }
  return [...picked];
}

/** How a recipient answers, for the customer. */
export function howToAnswer(by: AnswerBy, code: string | null, locale: 'fr' | 'en'): string {
  const french = locale === 'fr';
  if (by === 'none' || code === null) return french ? 'Ne peut pas répondre.' : 'Can not reply.';
  if (by === 'reply')
    return french ? `Appuie sur répondre : la réponse va au ${code}.` : `Presses reply: the answer goes to ${code}.`;
  return french
    ? `Écrit un nouveau SMS au ${code} : répondre au message, ou toucher le numéro, ne fonctionne pas.`
    : `Writes a new SMS to ${code}: pressing reply, or tapping the number, does not work.`;
}
