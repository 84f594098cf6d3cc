import { offsetMs } from '../zoned-time.ts';

/**
 * How an endpoint wants its callbacks: as the standard event, or as Octopush posts them, in JSON or as a form, which tell of
 * replies, receipts and STOPs only.
 */
export type CallbackFormat = 'standard' | 'octopush-json' | 'octopush-form';
export const CALLBACK_FORMATS = ['standard', 'octopush-json', 'octopush-form'] as const;

/** The events that have one of its forms. */
export const OCTOPUSH_TYPES: ReadonlySet<string> = new Set([
  'reply.received',
  'reply.completed',
  'message.delivered',
  'message.undelivered',
  'contact.opted-out',
]);

export const CONTENT_TYPES: Record<CallbackFormat, string> = {
  standard: 'application/json; charset=utf-8',
  'octopush-json': 'application/json; charset=utf-8',
  'octopush-form': 'application/x-www-form-urlencoded',
};

/** What Octopush's callbacks tell. `ticket` is the campaign's; `phone` is in E.164. */
export type OctopushFacts =
  | { kind: 'inbound'; ticket: string | null; phone: string; text: string; to: string; at: Date }
  | { kind: 'delivery'; ticket: string | null; phone: string; status: 'DELIVERED' | 'NOT_DELIVERED'; at: Date }
  | { kind: 'stop'; ticket: string | null; phone: string; text: string; at: Date };

/** The body in one of Octopush's forms, times as the account's clocks show them. */
export function octopushBody(format: Exclude<CallbackFormat, 'standard'>, facts: OctopushFacts, timeZone: string): string {
  const fields = fieldsOf(facts, wallClock(facts.at, timeZone));
  if (format === 'octopush-json') return JSON.stringify(fields);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...fields, number: facts.phone.replace(/^\+/, '00') }))
    form.set(name, value ?? '');
  // Its older documentation names the time of an answer otherwise.
  if (facts.kind === 'inbound') form.set('answer_date', wallClock(facts.at, timeZone));
  return form.toString();
}

function fieldsOf(facts: OctopushFacts, time: string): Record<string, string | null> {
  const common = { message_id: facts.ticket, number: facts.phone };
  switch (facts.kind) {
    case 'inbound':
      return { ...common, text: facts.text, sim_card_number: facts.to, reception_date: time };
    case 'delivery':
      return { channel: 'sms', ...common, status: facts.status, delivery_date: time, meta_data: null };
    case 'stop':
      return { ...common, text: facts.text, stop_date: time };
    default:
      return facts satisfies never;
  }
}

/** `2026-03-01 18:04:05` */
const wallClock = (at: Date, timeZone: string): string =>
  new Date(at.getTime() + offsetMs(at.getTime(), timeZone)).toISOString().slice(0, 19).replace('T', ' ');
