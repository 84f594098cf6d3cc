import { instantOf } from '../../../domain/zoned-time.ts';
import { isBrand, PLACEHOLDER } from '../../../domain/sending/sender-policy.ts';
import { CONTROL } from '../../../domain/sms/text-fault.ts';
import { OctopushError } from './refusals.ts';

const MOST_SENDER = 11;
const MOST_VALUE = 50;
const MOST_NAME = 60;
const MOST_REQUEST_ID = 255;
const A_YEAR_MS = 366 * 86_400_000;
/** The zone of times without one. */
const HOME = 'Europe/Paris';

const EVERY_CONTROL = new RegExp(CONTROL.source, 'g');

/** Text of a scalar, without characters that can't be stored; other values are empty. */
export function textOf(value: unknown): string {
  const raw = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  return raw.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\t', ' ').replaceAll(EVERY_CONTROL, '').toWellFormed();
}

/** A tag's value, cut at Octopush's limit. */
export const valueOf = (value: unknown): string => Array.from(textOf(value)).slice(0, MOST_VALUE).join('');

export const isOn = (value: unknown): boolean => /^(?:1|true|yes|on)$/i.test(textOf(value).trim());
/** True only for a clear no. */
export const isOff = (value: unknown): boolean => /^(?:0|false|no|off)$/i.test(textOf(value).trim());

export const requestIdOf = (value: unknown): string | null => textOf(value).trim().slice(0, MOST_REQUEST_ID) || null;

/** A campaign's name: as given, else the start of its text. */
export const nameOf = (value: unknown, text: string): string =>
  Array.from(textOf(value).trim() || text.trim())
    .slice(0, MOST_NAME)
    .join('') || 'API';

/** A number in E.164, `12345`, or the permitted characters of a name. Undefined where empty. Throws for one too short. */
function readSender(given: string, isNumber: boolean): string | undefined {
  if (given === '') return undefined;
  const digits = given.replaceAll(/[\s.()-]/g, '');
  if (/^(?:\+|00)\d{6,15}$/.test(digits)) return `+${digits.replace(/^(?:\+|00)/, '')}`;
  if (isNumber && /^\d{8,15}$/.test(digits)) return `+${digits}`;
  const sender = given.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, MOST_SENDER);
  if (sender === PLACEHOLDER || isBrand(sender)) return sender;
  throw new OctopushError(106);
}

/** The sender as used and as given; ignored on lowcost. */
export function senderOf(value: unknown, route: 'premium' | 'lowcost', isNumber = false): Sender {
  const given = route === 'lowcost' ? '' : textOf(value).trim();
  return { sender: readSender(given, isNumber), senderGiven: given.slice(0, MOST_NAME) || null };
}
type Sender = { sender: string | undefined; senderGiven: string | null };

/** Null for a past time, which means at once. Throws for one over a year ahead. */
export function laterOnly(at: number): Date | null {
  if (at <= Date.now()) return null;
  if (at > Date.now() + A_YEAR_MS) throw new OctopushError(125, 'The time to send at is more than a year ahead.');
  return new Date(at);
}

/** ISO 8601 with or without a zone, `+0100`, or `YYYY-MM-DD HH:MM:SS`; null for anything else. */
export function timeOf(value: unknown): Date | null {
  const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i.exec(textOf(value).trim());
  if (!form) return null;
  const [, day, minute, second = ':00', zone] = form;
  const wall = Date.parse(`${day}T${minute}${second}Z`);
  if (Number.isNaN(wall)) return null;
  if (zone === undefined) return laterOnly(instantOf(wall, HOME).getTime());
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return laterOnly(sign === '-' ? wall + offset : wall - offset);
}
