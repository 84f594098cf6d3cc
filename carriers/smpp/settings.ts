import { because, type FaultCode } from '../../domain/problems/said.ts';
import { z } from 'zod';
import { isTimeZone } from '../../domain/zoned-time.ts';
import { statusOf } from './codec/status.ts';

const octet = z.int().min(0).max(255);
const addressType = z.strictObject({ ton: octet, npi: octet });
const place = { host: z.string().min(1), port: z.int().min(1).max(65_535) };

export const smppSettings = z
  .strictObject({
    ...place,
    /** Others of the same account: its lines are spread over all of them, and one whose host does not answer goes to the next. */
    otherHosts: z.array(z.strictObject(place)).max(7).default([]),
    systemId: z.string().min(1).max(15),
    /** The standard allows 8 characters; operators who give longer ones take them. */
    password: z.string().max(64).meta({ secret: true }),
    systemType: z.string().max(12).default(''),
    /** Absent: plain TCP, for a tunnel or a private line. */
    tls: z
      .strictObject({
        /** False accepts any certificate, for an operator whose own is self-signed and who will not give it as `ca`. */
        verify: z.boolean().default(true),
        /** The name in the certificate, where it is not `host`. */
        serverName: z.string().min(1).optional(),
        /** PEM of the authority that signed it, where no public one did. */
        ca: z.string().min(1).optional(),
        /** PEM of our own, for an operator that asks for one; its key is `clientKey`. */
        certificate: z.string().min(1).optional(),
      })
      .optional(),
    clientKey: z.string().min(1).meta({ secret: true }).optional(),
    interfaceVersion: z.enum(['3.3', '3.4', '5.0']).default('3.4'),
    /** The numbers that this login serves, as a pattern that the operator gives. */
    addressRange: z
      .strictObject({ ton: octet.default(0), npi: octet.default(0), address: z.string().max(40).default('') })
      .prefault({}),
    /** One connection for both directions, or one each. */
    bindMode: z.enum(['transceiver', 'transmitter-receiver']).default('transceiver'),
    /** How many sessions the operator allows at once: the number of slots. */
    maxBinds: z.int().min(1).max(32).default(1),

    /** Submitted and unanswered segments at once, per session. */
    window: z.int().min(1).max(2000).default(10),
    /** For the carrier as a whole; each of `maxBinds` sessions takes its share. */
    segmentsPerSecond: z.number().positive().optional(),
    /** After that long an unanswered segment is in doubt. Connecting and binding together may take as long, 30 s at most. */
    responseTimeoutMs: z.int().min(10).default(60_000),
    /** The link is asked when nothing came for that long, and given up after two unanswered questions. */
    enquireLinkMs: z.int().min(10).default(30_000),
    reconnectMinMs: z.int().min(1).default(1000),
    reconnectMaxMs: z.int().min(1).default(60_000),
    /** The wait after a refused login: it needs a person, and operators lock out those who insist. */
    refusedRetryMs: z.int().min(1).default(300_000),
    throttleMinMs: z.int().min(1).default(1000),
    throttleMaxMs: z.int().min(1).default(30_000),

    /** Meanings of statuses that differ from the usual: OUTCOMES of submitter.ts. */
    outcomes: z
      .record(
        z.string().refine((name) => statusOf(name) !== null, because('smpp-status')),
        z.enum(['throttled', 'deferred', 'rejected', 'unknown']),
      )
      .default({}),
    /** How long the operator tries, where the message has no end of its own; 0 leaves it to the operator. A doubt ends after 48 hours. */
    validityHours: z.int().min(0).max(48).default(48),
    priority: z.int().min(0).max(3).default(0),
    serviceType: z.string().max(5).default(''),
    /** TON and NPI where the operator wants others than 5/0, 3/0 and 1/1. */
    addressing: z
      .strictObject({ alphanumeric: addressType.optional(), shortCode: addressType.optional(), e164: addressType.optional() })
      .prefault({}),
    /** The data_coding of each encoding, sent and recognised. */
    dataCoding: z.strictObject({ gsm7: octet.default(0), latin1: octet.default(3), ucs2: octet.default(8) }).prefault({}),
    /** The alphabet of data_coding 0 in what the operator sends. */
    defaultAlphabet: z.enum(['gsm7', 'latin1']).default('gsm7'),
    /** How octets that name no alphabet (data_coding 4 and its classes) are read: some operators send text so. */
    eightBit: z.enum(['binary', 'latin1', 'utf8']).default('binary'),
    /** How a text of the GSM alphabet is written: latin1 for an operator that translates from it. */
    gsm7As: z.enum(['gsm7', 'latin1']).default('gsm7'),
    /** How the parts of a long message are marked, or `payload`: whole, in one message_payload. */
    longMessages: z.enum(['udh8', 'udh16', 'sar', 'payload']).default('udh8'),
    /** How a message id of a receipt becomes the one of the submission. */
    receiptIds: z.enum(['literal', 'hex-to-decimal', 'decimal-to-hex', 'trim-zeros']).default('literal'),
    /** Whether `id:… stat:…` makes a receipt, for an operator that marks them by nothing else. */
    receiptsByText: z.boolean().default(false),
    /** The zone of the dates in receipts, which carry none. */
    receiptTimeZone: z.string().refine(isTimeZone, because('time-zone')).default('UTC'),
    /** Sends user_message_reference, for an operator that repeats it in receipts: it finds the message when the id can't. */
    userMessageReference: z.boolean().default(false),
    /** Who replaces the sender 12345 by a real short code. With `operator` it goes on the wire as it is. */
    shortCode: z.enum(['ours', 'operator']).default('ours'),
  })
  .superRefine((settings, context) => {
    const refuse = (path: string[], why: FaultCode, params = {}) =>
      context.addIssue({ code: 'custom', path, message: because(why), params });
    const { reconnectMinMs, reconnectMaxMs, throttleMinMs, throttleMaxMs, dataCoding, tls } = settings;
    if (reconnectMinMs > reconnectMaxMs) refuse(['reconnectMaxMs'], 'wait-order', { least: 'reconnectMinMs' });
    if (throttleMinMs > throttleMaxMs) refuse(['throttleMaxMs'], 'wait-order', { least: 'throttleMinMs' });
    if (dataCoding.ucs2 === dataCoding.gsm7 || dataCoding.ucs2 === dataCoding.latin1)
      refuse(['dataCoding', 'ucs2'], 'ucs2-coding');
    if ((tls?.certificate === undefined) !== (settings.clientKey === undefined)) refuse(['clientKey'], 'key-and-certificate');
    if (tls && !tls.verify && tls.ca !== undefined) refuse(['tls', 'verify'], 'ca-unverified');
  });

export type SmppSettings = z.infer<typeof smppSettings>;
