import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { InboundReceipt, ReceiptStatus, WebhookContent, WebhookReply, WebhookRequest } from '../carrier.ts';
import { readJson } from '../http/answer.ts';
import { stampOf } from './inbox.ts';
import type { SmsgateSettings } from './settings.ts';
import { timeOf } from './times.ts';

const Event = z.object({ id: z.string().min(1).max(128), event: z.string(), payload: z.unknown() });
/** `sender`: newer name of `phoneNumber`. */
const Received = z.object({
  message: z.string(),
  phoneNumber: z.string().nullish(),
  sender: z.string().nullish(),
  simNumber: z.int().nullish(),
  receivedAt: z.string().nullish(),
});
const Report = z.object({
  messageId: z.string().min(1),
  phoneNumber: z.string().nullish(),
  recipient: z.string().nullish(),
  sentAt: z.string().nullish(),
  deliveredAt: z.string().nullish(),
  failedAt: z.string().nullish(),
  reason: z.string().nullish(),
});
const STATUSES: Record<string, ReceiptStatus> = {
  'sms:sent': 'accepted',
  'sms:delivered': 'delivered',
  'sms:failed': 'undelivered',
};
const A_UUID = z.uuid();
const UNREADABLE = { kind: 'unreadable', reason: 'not an event of the form agreed' } as const;

/**
 * Reads the phone's webhooks. Its SMS ids are hashes of content and not unique; the event's id, the same on every attempt,
 * identifies copies.
 */
export function parseWebhook(settings: SmsgateSettings, request: WebhookRequest): WebhookContent {
  const forged = forgery(settings, request);
  if (forged !== null) return { kind: 'forged', reason: forged };
  const event = Event.safeParse(readJson(new TextDecoder().decode(request.body)));
  if (!event.success) return UNREADABLE;
  const { id, event: name, payload } = event.data;
  const release = settings.immediate ? 'now' : 'sync';

  if (name === 'sms:received') {
    const reply = replyOf(settings, request, { id, payload });
    return reply ? { kind: 'content', replies: [reply], receipts: [], release } : UNREADABLE;
  }
  // Other events (calls, pings, data messages) are only acknowledged.
  const status = STATUSES[name];
  if (!status) return { kind: 'content', replies: [], receipts: [], release };
  const report = Report.safeParse(payload);
  if (!report.success) return UNREADABLE;
  const { messageId, recipient, phoneNumber, sentAt, deliveredAt, failedAt } = report.data;
  const receipt: InboundReceipt = {
    reference: messageId,
    messageId: A_UUID.safeParse(messageId).success ? messageId : null,
    from: '',
    to: recipient ?? phoneNumber ?? '',
    status,
    error: status === 'undelivered' ? 'phone-failed' : null,
    at: timeOf(deliveredAt ?? failedAt ?? sentAt, settings.deviceTimeZone) ?? request.receivedAt,
  };
  return { kind: 'content', replies: [], receipts: [receipt], release };
}

/** Why the request is not the phone's; null when it is. Signed: the body's octets, then the time in seconds. */
function forgery({ webhookSecret, toleranceSeconds }: SmsgateSettings, { headers, body, receivedAt }: WebhookRequest) {
  if (webhookSecret === undefined) return 'no webhooks are agreed with this phone';
  const timestamp = headers['x-timestamp'] ?? '';
  const away = Math.abs(receivedAt.getTime() / 1000 - (timestamp === '' ? Number.NaN : Number(timestamp)));
  if (!(away <= toleranceSeconds)) return 'the signed time is missing or too far away';
  const expected = createHmac('sha256', webhookSecret).update(body).update(timestamp).digest();
  const given = Buffer.from(headers['x-signature'] ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected) ? null : 'the signature is wrong';
}

function replyOf(
  settings: SmsgateSettings,
  request: WebhookRequest,
  { id, payload }: { id: string; payload: unknown },
): WebhookReply | null {
  const sms = Received.safeParse(payload);
  const from = sms.success ? (sms.data.sender ?? sms.data.phoneNumber) : null;
  if (!sms.success || !from) return null;
  const told = timeOf(sms.data.receivedAt, settings.deviceTimeZone);
  return {
    externalId: id,
    from,
    to: { port: sms.data.simNumber ?? settings.defaultSim },
    body: Buffer.from(sms.data.message),
    encoding: 'utf8',
    receivedAt: told ?? request.receivedAt,
    precision: told ? 'second' : 'ours',
    ...(told ? { stamp: stampOf(told) } : {}),
  };
}
