import type { Fault } from '../domain/problems/errors.ts';
import { optimiseText } from '../domain/sms/optimise-text.ts';
import { countSegments, MAX_SEGMENTS, type SegmentEncoding } from '../domain/sms/segments.ts';
import type { Refusal } from '../domain/sending/sender-policy.ts';
import { hasStopMention, withMention } from '../domain/sending/stop-mention.ts';
import { CONTROL, textFault } from '../domain/sms/text-fault.ts';
import type { compileSmsTemplate } from '../templates/sms.ts';

export const MOST_FAULTS = 1000;
const MOST_REFERENCE = 255;

export type Template = ReturnType<typeof compileSmsTemplate>;

/** Gathers what is wrong with the list: the first thousand by name, the rest by number. */
export function createFaults() {
  const listed: Fault[] = [];
  const rows = new Set<number>();
  let unlisted = 0;
  return {
    rows,
    listed,
    add(row: number, field: string, problem: string, remedy: string) {
      rows.add(row);
      if (listed.length < MOST_FAULTS) listed.push({ field, row, problem, remedy });
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

/** Refuses a list for so many of its rows. */
export function rowsRefusal(rows: number, faults: Fault[], unlisted: number): Refusal {
  const more = unlisted === 0 ? '' : ` The first ${MOST_FAULTS} problems are listed; there are ${unlisted} more.`;
  const detail = `${rows} of the recipients can not be accepted, so nothing was stored.${more}`;
  return { code: 'invalid-rows', detail, faults };
}

export type Faults = ReturnType<typeof createFaults>;

export type Recipient = { to: string; reference: string | null; values: Record<string, string> };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one recipient, or names what is wrong with it. */
export function readRecipient(value: unknown, row: number, faults: Faults): Recipient | undefined {
  if (!isRecord(value)) {
    faults.add(row, 'recipients', 'is not an object', 'Send {"to": "+33612345678", …}');
    return undefined;
  }
  const values: Record<string, string> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string') values[key] = item;
    else if (typeof item === 'number' && (Number.isSafeInteger(item) || !Number.isInteger(item))) values[key] = String(item);
    else if (item !== null)
      faults.add(
        row,
        key,
        typeof item === 'number' ? 'is too large a number' : 'is neither text nor a number',
        'Send it as a string',
      );
  }
  const { to, reference } = value;
  if (to === undefined || to === null) faults.add(row, 'to', 'is missing', 'Send the phone number, such as "+33612345678"');
  else if (typeof to === 'number')
    faults.add(row, 'to', 'is a number', 'Send the phone number as a string, such as "+33612345678"');
  if (
    typeof reference === 'string' &&
    (reference.length > MOST_REFERENCE || CONTROL.test(reference) || !reference.isWellFormed())
  ) {
    faults.add(
      row,
      'reference',
      'is not accepted',
      `Send at most ${MOST_REFERENCE} characters, none of them a control character`,
    );
  }
  if (typeof to !== 'string' || faults.rows.has(row)) return undefined;
  return { to, reference: values['reference'] ?? null, values };
}

/** `stop`: what is said of STOP unless the text says it; null where there is no number to name, undefined where nothing has to be. */
type Writing = { code: string | null; optimise: boolean; stop: string | null | undefined };
type Written = { text: string; segments: number; encoding: SegmentEncoding; stop: 'added' | 'missing' | 'there' };

/** Renders one text as it will be read, or names what is wrong with it. `XXXXX` becomes the reply code. */
export function renderText(
  template: Template,
  recipient: Recipient,
  { code, optimise, stop }: Writing,
  row: number,
  faults: Faults,
): Written | undefined {
  const rendered = template.render(recipient.values);
  if ('missing' in rendered) {
    for (const tag of rendered.missing) faults.add(row, tag, 'is missing', `Give this recipient a value for {{${tag}}}`);
    return undefined;
  }
  const written = code === null ? rendered.text : rendered.text.replaceAll('XXXXX', code);
  const said = stop === undefined || hasStopMention(written);
  const whole = said || stop === null ? written : withMention(written, stop);
  const text = optimise ? optimiseText(whole) : whole;
  const fault = textFault(text);
  if (fault) {
    const field = template.variables.find((name) => textFault(`x${recipient.values[name] ?? ''}`) !== undefined) ?? 'text';
    faults.add(row, field, fault.problem, fault.remedy);
    return undefined;
  }
  const { segments, encoding } = countSegments(text);
  if (segments > MAX_SEGMENTS) {
    faults.add(
      row,
      'text',
      `takes ${segments} segments in ${encoding}${text.length > written.length ? ', its mention of STOP counted' : ''}`,
      `Shorten the text or this recipient's values: ${MAX_SEGMENTS} segments at most`,
    );
    return undefined;
  }
  return { text, segments, encoding, stop: said ? 'there' : stop === null ? 'missing' : 'added' };
}
