import { instantOf } from '../../../domain/zoned-time.ts';
import { isBrand, PLACEHOLDER } from '../../../domain/sending/sender-policy.ts';
import { CONTROL } from '../../../domain/sms/text-fault.ts';
import { OctopushError } from './refusals.ts';

const MOST_SENDER = 11;
const MOST_VALUE = 50;
const MOST_NAME = 60;
const MOST_REQUEST_ID = 255;
const A_YEAR_MS = 366 * 86_400_000;
/** Where a time without a zone is meant. */
const HOME = 'Europe/Paris';

const EVERY_CONTROL = new RegExp(CONTROL.source, 'g');

/** Text of any value, without the characters that no phone and no database holds; empty for what is none. */
export function textOf(value: unknown): string {
  const raw = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  return raw.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\t', ' ').replaceAll(EVERY_CONTROL, '').toWellFormed();
}

/** A value of a tag, cut as its provider cuts it. */
export const valueOf = (value: unknown): string => Array.from(textOf(value)).slice(0, MOST_VALUE).join('');

/** `1`, `true`, `"True"`, `"yes"`; anything else is not. */
export const isOn = (value: unknown): boolean => /^(?:1|true|yes|on)$/i.test(textOf(value).trim());
/** Reads a switch that only a clear no turns off. */
export const isOff = (value: unknown): boolean => /^(?:0|false|no|off)$/i.test(textOf(value).trim());

export const requestIdOf = (value: unknown): string | null => textOf(value).trim().slice(0, MOST_REQUEST_ID) || null;

/** The name of a campaign that was given none: the beginning of its text. */
export const nameOf = (value: unknown, text: string): string =>
  Array.from(textOf(value).trim() || text.trim())
    .slice(0, MOST_NAME)
    .join('') || 'API';

/**
 * The sender as we have it: a number in E.164, `12345`, or what is left of a name without the characters that none may have. Undefined
 * where there is none. Throws for one that is too short.
 */
function readSender(given: string, isNumber: boolean): string | undefined {
  if (given === '') return undefined;
  const digits = given.replaceAll(/[\s.()-]/g, '');
  if (/^(?:\+|00)\d{6,15}$/.test(digits)) return `+${digits.replace(/^(?:\+|00)/, '')}`;
  if (isNumber && /^\d{8,15}$/.test(digits)) return `+${digits}`;
  const sender = given.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, MOST_SENDER);
  if (sender === PLACEHOLDER || isBrand(sender)) return sender;
  throw new OctopushError(106);
}

/** The sender, and as it was given; none by lowcost, where it is ignored. */
export function senderOf(value: unknown, route: 'premium' | 'lowcost', isNumber = false): Sender {
  const given = route === 'lowcost' ? '' : textOf(value).trim();
  return { sender: readSender(given, isNumber), senderGiven: given.slice(0, MOST_NAME) || null };
}
type Sender = { sender: string | undefined; senderGiven: string | null };

/** Null for a time that is past, for it then goes at once. Throws for one that nobody plans for. */
export function laterOnly(at: number): Date | null {
  if (at <= Date.now()) return null;
  if (at > Date.now() + A_YEAR_MS) throw new OctopushError(125, 'The time to send at is more than a year ahead.');
  return new Date(at);
}

/** ISO 8601 with or without a zone, `+0100`, or `YYYY-MM-DD HH:MM:SS`; what can't be read is as if it were not there. */
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
