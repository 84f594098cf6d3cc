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
    /** Other hosts of the account: lines are spread over all, and move on when a host does not answer. */
    otherHosts: z.array(z.strictObject(place)).max(7).default([]),
    systemId: z.string().min(1).max(15),
    /** The standard allows 8 characters; some operators give longer ones. */
    password: z.string().max(64).meta({ secret: true }),
    systemType: z.string().max(12).default(''),
    /** Absent: plain TCP, for a tunnel or private line. */
    tls: z
      .strictObject({
        /** False accepts any certificate, for a self-signed one without `ca`. */
        verify: z.boolean().default(true),
        /** Name in the certificate, if not `host`. */
        serverName: z.string().min(1).optional(),
        /** PEM of its authority, if not a public one. */
        ca: z.string().min(1).optional(),
        /** PEM of our client certificate, with `clientKey`. */
        certificate: z.string().min(1).optional(),
      })
      .optional(),
    clientKey: z.string().min(1).meta({ secret: true }).optional(),
    interfaceVersion: z.enum(['3.3', '3.4', '5.0']).default('3.4'),
    /** The operator's pattern of the numbers this login serves. */
    addressRange: z
      .strictObject({ ton: octet.default(0), npi: octet.default(0), address: z.string().max(40).default('') })
      .prefault({}),
    bindMode: z.enum(['transceiver', 'transmitter-receiver']).default('transceiver'),
    /** Sessions the operator allows at once: the number of slots. */
    maxBinds: z.int().min(1).max(32).default(1),

    /** Unanswered segments per session. */
    window: z.int().min(1).max(2000).default(10),
    /** For the whole carrier, shared by `maxBinds` sessions. */
    segmentsPerSecond: z.number().positive().optional(),
    /** Then an unanswered segment is in doubt. Also limits connecting and binding, to 30 s at most. */
    responseTimeoutMs: z.int().min(10).default(60_000),
    /** An idle link is probed after this, and dropped after two unanswered probes. */
    enquireLinkMs: z.int().min(10).default(30_000),
    reconnectMinMs: z.int().min(1).default(1000),
    reconnectMaxMs: z.int().min(1).default(60_000),
    /** Wait after a refused login, which needs a person; operators lock out repeated attempts. */
    refusedRetryMs: z.int().min(1).default(300_000),
    throttleMinMs: z.int().min(1).default(1000),
    throttleMaxMs: z.int().min(1).default(30_000),

    /** Overrides of OUTCOMES in submitter.ts. */
    outcomes: z
      .record(
        z.string().refine((name) => statusOf(name) !== null, because('smpp-status')),
        z.enum(['throttled', 'deferred', 'rejected', 'unknown']),
      )
      .default({}),
    /** Validity of messages without their own; 0: the operator's. A doubt ends after 48 hours. */
    validityHours: z.int().min(0).max(48).default(48),
    priority: z.int().min(0).max(3).default(0),
    serviceType: z.string().max(5).default(''),
    /** TON and NPI other than 5/0, 3/0 and 1/1. */
    addressing: z
      .strictObject({ alphanumeric: addressType.optional(), shortCode: addressType.optional(), e164: addressType.optional() })
      .prefault({}),
    /** data_coding of each alphabet, both ways. */
    dataCoding: z.strictObject({ gsm7: octet.default(0), latin1: octet.default(3), ucs2: octet.default(8) }).prefault({}),
    /** The operator's alphabet for data_coding 0. */
    defaultAlphabet: z.enum(['gsm7', 'latin1']).default('gsm7'),
    /** How 8-bit data (data_coding 4 and its classes) is read: some operators send text so. */
    eightBit: z.enum(['binary', 'latin1', 'utf8']).default('binary'),
    /** Wire alphabet of GSM text: latin1 if the operator converts. */
    gsm7As: z.enum(['gsm7', 'latin1']).default('gsm7'),
    /** How parts are marked; `payload` sends the whole in one message_payload. */
    longMessages: z.enum(['udh8', 'udh16', 'sar', 'payload']).default('udh8'),
    /** How receipts' message ids are converted to the submission's. */
    receiptIds: z.enum(['literal', 'hex-to-decimal', 'decimal-to-hex', 'trim-zeros']).default('literal'),
    /** Whether `id:… stat:…` alone makes a receipt. */
    receiptsByText: z.boolean().default(false),
    receiptTimeZone: z.string().refine(isTimeZone, because('time-zone')).default('UTC'),
    /** Sends user_message_reference, if receipts repeat it: it finds messages when the id can't. */
    userMessageReference: z.boolean().default(false),
    /** Who replaces the sender 12345 by a short code; `operator` gets it unchanged. */
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
