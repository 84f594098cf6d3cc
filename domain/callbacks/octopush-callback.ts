import { offsetMs } from '../zoned-time.ts';

/**
 * The standard event, or Octopush's JSON or form for replies, messages and STOPs. `octopush-form` follows the account's
 * generation, `octopush-v0-form` is always V0's.
 */
export const CALLBACK_FORMATS = ['standard', 'octopush-json', 'octopush-form', 'octopush-v0-form'] as const;
export type CallbackFormat = (typeof CALLBACK_FORMATS)[number];

/** The events with an Octopush form. */
export const OCTOPUSH_TYPES: ReadonlySet<string> = new Set([
  'reply.received',
  'reply.completed',
  'message.accepted',
  'message.delivered',
  'message.undelivered',
  'message.not-sent',
  'message.unknown',
  'contact.opted-out',
]);

/** Octopush has one callback for all outcomes of a message, so one choice includes the others. */
export const OCTOPUSH_ALSO: Readonly<Record<string, string>> = {
  'message.not-sent': 'message.undelivered',
  'message.unknown': 'message.undelivered',
};

export const CONTENT_TYPES: Record<CallbackFormat, string> = {
  standard: 'application/json; charset=utf-8',
  'octopush-json': 'application/json; charset=utf-8',
  'octopush-form': 'application/x-www-form-urlencoded',
  'octopush-v0-form': 'application/x-www-form-urlencoded',
};

/** `ACK`: taken by the carrier. */
export type DeliveryStatus =
  | 'ACK'
  | 'DELIVERED'
  | 'NOT_DELIVERED'
  | 'NOT_ALLOWED'
  | 'UNKNOWN_DELIVERY'
  | 'BAD_DESTINATION'
  | 'BLACKLISTED_NUMBER'
  | 'UNDEFINED';

/** Carrier codes for an invalid number: SMPP's and HTTP carriers'. */
const BAD_NUMBER = /RINVDSTADR|INVALID_?(?:DEST|NUMBER|RECIPIENT|PHONE)|UNKNOWN_?SUBSCRIBER|^000?B$|\b0x0*b\b/i;
const LEFT_OUT: Readonly<Record<string, DeliveryStatus>> = {
  'opted-out': 'BLACKLISTED_NUMBER',
  'lowcost-marketing': 'NOT_ALLOWED',
  'number-released': 'NOT_ALLOWED',
  'spend-limit': 'NOT_ALLOWED',
  expired: 'NOT_DELIVERED',
  cancelled: 'UNDEFINED',
};

export function deliveryStatus(state: string, reason: string | null): DeliveryStatus {
  switch (state) {
    case 'accepted':
      return 'ACK';
    case 'delivered':
      return 'DELIVERED';
    case 'unknown':
      return 'UNKNOWN_DELIVERY';
    case 'skipped':
      return LEFT_OUT[reason ?? ''] ?? 'NOT_ALLOWED';
    case 'failed':
      return BAD_NUMBER.test(reason ?? '') ? 'BAD_DESTINATION' : 'NOT_DELIVERED';
    default:
      return 'NOT_DELIVERED';
  }
}

/** `ticket`: id of the campaign or single message; `phone`: E.164. */
export type OctopushFacts =
  | { kind: 'inbound'; ticket: string | null; phone: string; text: string; to: string; at: Date }
  | { kind: 'delivery'; ticket: string | null; phone: string; status: DeliveryStatus; at: Date }
  | { kind: 'stop'; ticket: string | null; phone: string; text: string; at: Date };

type Reader = { timeZone: string; platform: 'v0' | 'v2' };

/** The body in an Octopush form, in the account's local time. */
export function octopushBody(
  format: Exclude<CallbackFormat, 'standard'>,
  facts: OctopushFacts,
  { timeZone, platform }: Reader,
): string {
  const time = wallClock(facts.at, timeZone);
  const fields = fieldsOf(facts, time);
  if (format === 'octopush-json')
    return JSON.stringify(facts.kind === 'delivery' ? { channel: 'sms', ...fields, meta_data: {} } : fields);
  // V0 receivers expect 00, V2 receivers +.
  const isV0 = format === 'octopush-v0-form' || platform === 'v0';
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.set(name, value ?? '');
  if (isV0) form.set('number', facts.phone.replace(/^\+/, '00'));
  if (isV0 && facts.kind === 'inbound') form.set('answer_date', time);
  return form.toString();
}

function fieldsOf(facts: OctopushFacts, time: string): Record<string, string | null> {
  const common = { message_id: facts.ticket, number: facts.phone };
  switch (facts.kind) {
    case 'inbound':
      return { ...common, text: facts.text, sim_card_number: facts.to, reception_date: time };
    case 'delivery':
      return { ...common, status: facts.status, delivery_date: time };
    case 'stop':
      return { ...common, text: facts.text, stop_date: time };
    default:
      return facts satisfies never;
  }
}

/** `2026-03-01 18:04:05` */
const wallClock = (at: Date, timeZone: string): string =>
  new Date(at.getTime() + offsetMs(at.getTime(), timeZone)).toISOString().slice(0, 19).replace('T', ' ');
