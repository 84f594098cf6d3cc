import type { OutboundMessage } from '../carrier.ts';
import { isGsm7 } from '../../domain/sms/gsm7.ts';
import { splitSegments } from '../../domain/sms/segments.ts';
import { encodeText } from '../../domain/sms/sms-text.ts';
import { ADDRESS_TYPES, toAddress } from './codec/address.ts';
import type { AddressTypes } from './codec/address.ts';
import { encodePdu } from './codec/encode.ts';
import { HAS_UDH, udh16, udh8 } from './codec/udh.ts';
import type { Part } from './codec/udh.ts';
import { MESSAGE_DEFAULTS, NO_TLVS, SmppError, TLV } from './codec/pdu.ts';
import type { ShortMessage, Tlvs } from './codec/pdu.ts';
import type { SmppSettings } from './settings.ts';

type WireAlphabet = 'gsm7' | 'latin1' | 'ucs2';
type Content = Pick<ShortMessage, 'esmClass' | 'shortMessage' | 'tlvs'>;

/**
 * Encodes a message as submit_sm PDUs, one per segment, to be sent under their own sequence numbers. Throws a SmppError for a
 * number or sender that the protocol can't carry.
 */
export function createSegmenter(settings: SmppSettings): (message: OutboundMessage) => Buffer[] {
  const { alphanumeric, shortCode, e164 } = settings.addressing;
  const types: AddressTypes = {
    alphanumeric: alphanumeric ?? ADDRESS_TYPES.alphanumeric,
    shortCode: shortCode ?? ADDRESS_TYPES.shortCode,
    e164: e164 ?? ADDRESS_TYPES.e164,
  };
  const usual = validityOf({}, settings);
  // Phones join parts by reference: a random start avoids repeats after a restart.
  let reference = Math.floor(Math.random() * 65_536);

  return (message) => {
    if (!/^\+?\d{3,20}$/.test(message.to)) throw new SmppError('The recipient is not a phone number: give it in E.164 form.');
    const alphabet = alphabetOf(message.text, settings);
    const contents = contentsOf(message.text, alphabet, settings.longMessages, () => (reference = (reference + 1) % 65_536));
    const echoed = settings.userMessageReference ? Buffer.from(message.id.slice(-4), 'hex') : null;
    const envelope = {
      ...MESSAGE_DEFAULTS,
      command: 'submit_sm' as const,
      sequence: 0,
      status: 0,
      serviceType: settings.serviceType,
      priority: settings.priority,
      validityPeriod: message.expiresAt ? validityOf(message, settings) : usual,
      source: toAddress(message.from, types),
      destination: toAddress(message.to, { ...types, shortCode: types.e164 }),
      // Receipts also resolve doubts.
      registeredDelivery: 1,
      dataCoding: settings.dataCoding[alphabet],
    };
    return contents.map((content) => encodePdu({ ...envelope, ...content, tlvs: withReference(content.tlvs, echoed) }));
  };
}

function alphabetOf(text: string, settings: SmppSettings): WireAlphabet {
  if (!isGsm7(text)) return 'ucs2';
  if (settings.gsm7As === 'gsm7') return 'gsm7';
  // GSM-7's Greek capitals and euro sign are not in Latin-1.
  return /[^\0-\xff]/.test(text) ? 'ucs2' : 'latin1';
}

function contentsOf(text: string, alphabet: WireAlphabet, marking: SmppSettings['longMessages'], next: () => number): Content[] {
  const parts = splitSegments(text, alphabet === 'ucs2' ? 'ucs2' : 'gsm7', marking === 'udh16');
  if (parts.length === 1) return [{ esmClass: 0, shortMessage: octetsOf(text, alphabet), tlvs: NO_TLVS }];
  if (marking === 'payload') {
    return [{ esmClass: 0, shortMessage: Buffer.alloc(0), tlvs: new Map([[TLV.messagePayload, octetsOf(text, alphabet)]]) }];
  }
  if (parts.length > 255) throw new SmppError(`The text makes ${parts.length} parts: 255 can be numbered.`);
  const reference = next();
  return parts.map((part, i) => contentOf(octetsOf(part, alphabet), { reference, total: parts.length, index: i + 1 }, marking));
}

function contentOf(octets: Buffer, part: Part, marking: 'udh8' | 'udh16' | 'sar'): Content {
  if (marking === 'sar') {
    const tlvs = new Map([
      [TLV.sarReference, Buffer.from([part.reference >> 8, part.reference & 0xff])],
      [TLV.sarTotal, Buffer.from([part.total])],
      [TLV.sarIndex, Buffer.from([part.index])],
    ]);
    return { esmClass: 0, shortMessage: octets, tlvs };
  }
  const header = marking === 'udh8' ? udh8(part) : udh16(part);
  return { esmClass: HAS_UDH, shortMessage: Buffer.concat([header, octets]), tlvs: NO_TLVS };
}

function octetsOf(text: string, alphabet: WireAlphabet): Buffer {
  const octets = encodeText(text, alphabet);
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** 16 bits of our id: a receipt by another line or process still identifies the message. */
const withReference = (tlvs: Tlvs, reference: Buffer | null): Tlvs =>
  reference === null ? tlvs : new Map([...tlvs, [TLV.userMessageReference, reference]]);

/** YYMMDDhhmmss000R from now until the message's or the carrier's limit, whichever is first. */
function validityOf({ expiresAt }: Pick<OutboundMessage, 'expiresAt'>, { validityHours }: SmppSettings): string {
  const own = expiresAt ? Math.ceil((expiresAt.getTime() - Date.now()) / 1000) : Infinity;
  const seconds = Math.max(1, Math.min(own, validityHours === 0 ? Infinity : validityHours * 3600));
  if (seconds === Infinity) return '';
  const days = Math.min(99, Math.floor(seconds / 86_400));
  return [0, 0, days, Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map((each) => String(each).padStart(2, '0'))
    .join('')
    .concat('000R');
}
