import { flaw, said, type Fault, type Flaw } from '../domain/problems/said.ts';
import { optimiseText } from '../domain/sms/optimise-text.ts';
import { countSegments, MAX_SEGMENTS, type SegmentEncoding } from '../domain/sms/segments.ts';
import type { Refusal } from '../domain/sending/sender-policy.ts';
import { hasStopMention, withMention } from '../domain/sending/stop-mention.ts';
import { CONTROL, textFault } from '../domain/sms/text-fault.ts';
import type { compileSmsTemplate } from '../templates/sms.ts';

export const MOST_FAULTS = 1000;
const MOST_REFERENCE = 255;

export type Template = ReturnType<typeof compileSmsTemplate>;

/** Collects row faults: the first thousand in detail, the rest counted. */
export function createFaults() {
  const listed: Fault[] = [];
  const rows = new Set<number>();
  let unlisted = 0;
  return {
    rows,
    listed,
    add(row: number, field: string, found: Flaw) {
      rows.add(row);
      if (listed.length < MOST_FAULTS) listed.push({ field, row, ...found });
      else unlisted += 1;
    },
    refusal: (): Refusal =>
      rowsRefusal(
        rows.size,
        listed.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0)),
        unlisted,
      ),
  };
}

export function rowsRefusal(rows: number, faults: Fault[], unlisted: number): Refusal {
  const why =
    unlisted === 0 ? said('rows-refused', { rows }) : said('rows-refused-more', { rows, listed: MOST_FAULTS, more: unlisted });
  return { code: 'invalid-rows', said: why, faults };
}

export type Faults = ReturnType<typeof createFaults>;

export type Recipient = { to: string; reference: string | null; values: Record<string, string> };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isReference = (text: string): boolean => text.length <= MOST_REFERENCE && !CONTROL.test(text) && text.isWellFormed();

function readValues(given: Record<string, unknown>, row: number, faults: Faults): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  for (const [key, item] of Object.entries(given)) {
    if (typeof item === 'string') values[key] = item;
    else if (typeof item === 'number' && (Number.isSafeInteger(item) || !Number.isInteger(item))) values[key] = String(item);
    else if (item !== null) faults.add(row, key, flaw(typeof item === 'number' ? 'value-too-large' : 'value-type'));
  }
  return values;
}

/** Reads a recipient, or records its faults. */
export function readRecipient(value: unknown, row: number, faults: Faults): Recipient | undefined {
  if (!isRecord(value)) {
    faults.add(row, 'recipients', flaw('row-not-object'));
    return undefined;
  }
  const values = readValues(value, row, faults);
  const { to, reference } = value;
  if (to === undefined || to === null) faults.add(row, 'to', flaw('phone-missing'));
  else if (typeof to === 'number') faults.add(row, 'to', flaw('phone-as-number'));
  if (typeof reference === 'string' && !isReference(reference))
    faults.add(row, 'reference', flaw('reference', { most: MOST_REFERENCE }));
  if (typeof to !== 'string' || faults.rows.has(row)) return undefined;
  return { to, reference: values['reference'] ?? null, values };
}

/** `stop`: the mention to add; null: no number to name; undefined: none needed. */
type Writing = { code: string | null; optimise: boolean; stop: string | null | undefined };
type Written = { text: string; segments: number; encoding: SegmentEncoding; stop: 'added' | 'missing' | 'there' };

/** Renders a text, or records its faults. `XXXXX` becomes the reply code. */
export function renderText(
  template: Template,
  { row, recipient }: { row: number; recipient: Recipient },
  { code, optimise, stop }: Writing,
  faults: Faults,
): Written | undefined {
  const rendered = template.render(recipient.values);
  if ('missing' in rendered) {
    for (const tag of rendered.missing) faults.add(row, tag, flaw('value-missing', { tag: `{{${tag}}}` }));
    return undefined;
  }
  const written = code === null ? rendered.text : rendered.text.replaceAll('XXXXX', code);
  const said = stop === undefined || hasStopMention(written);
  const whole = said || stop === null ? written : withMention(written, stop);
  const text = optimise ? optimiseText(whole) : whole;
  const fault = textFault(text);
  if (fault) {
    const field = template.variables.find((name) => textFault(`x${recipient.values[name] ?? ''}`) !== undefined) ?? 'text';
    faults.add(row, field, fault);
    return undefined;
  }
  const { segments, encoding } = countSegments(text);
  if (segments > MAX_SEGMENTS) {
    const code = text.length > written.length ? 'row-too-long-with-stop' : 'row-too-long';
    faults.add(row, 'text', flaw(code, { n: segments, encoding, most: MAX_SEGMENTS }));
    return undefined;
  }
  return { text, segments, encoding, stop: said ? 'there' : stop === null ? 'missing' : 'added' };
}
