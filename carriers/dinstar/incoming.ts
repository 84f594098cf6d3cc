import { z } from 'zod';
import { instantOf } from '../../domain/zoned-time.ts';
import type { InboundReceipt, PolledPage, PolledReply, ReceiptStatus } from '../carrier.ts';

const Sms = z.object({
  incoming_sms_id: z.coerce.number().int().min(0),
  port: z.coerce.number().int(),
  number: z.string(),
  timestamp: z.string(),
  text: z.string(),
});
const Incoming = z.object({
  sn: z.string().default(''),
  error_code: z.coerce.number().int(),
  sms: z.array(z.unknown()).default([]),
});
const Results = z.object({
  error_code: z.coerce.number().int(),
  result: z
    .array(
      z.object({
        port: z.coerce.number().int(),
        number: z.string(),
        user_id: z.coerce.number().int(),
        time: z.string().default(''),
        status: z.string(),
      }),
    )
    .default([]),
});

const DATE = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)$/;

/** The device's local time as an instant; null when it is no date. */
export function readDeviceTime(text: string, timeZone: string): Date | null {
  const found = DATE.exec(text.trim());
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  return instantOf(Date.UTC(year, month - 1, day, hour, minute, second), timeZone);
}

export type IncomingPage = Omit<PolledPage, 'more'>;

/** Reads one answer to `query_incoming_sms`: what came in above `afterId`, in the order of its ids. Throws when it can't be read. */
export function readIncoming(body: unknown, afterId: number, timeZone: string, now: Date): IncomingPage {
  const parsed = Incoming.safeParse(body);
  if (!parsed.success) throw new Error('the gateway’s answer can not be read');
  const { error_code: code, sn, sms } = parsed.data;
  if (code !== 200) throw new Error(`the gateway answers error ${code}`);
  const byId = new Map<number, PolledReply>();
  for (const item of sms) {
    const read = Sms.safeParse(item);
    // A page that is silently shorter would be a reply silently lost.
    if (!read.success) throw new Error('an SMS in the gateway’s answer can not be read');
    const { incoming_sms_id: id, port, number, timestamp, text } = read.data;
    const receivedAt = readDeviceTime(timestamp, timeZone);
    byId.set(id, {
      id,
      port,
      externalId: String(id),
      from: number,
      body: Buffer.from(text, 'utf8'),
      encoding: 'utf8',
      part: null,
      receivedAt: receivedAt ?? now,
      precision: receivedAt ? 'second' : 'ours',
    });
  }
  const ids = [...byId.keys()].toSorted((a, b) => a - b);
  return {
    serial: sn,
    replies: ids.filter((id) => id > afterId).flatMap((id) => byId.get(id) ?? []),
    topId: ids.at(-1) ?? null,
  };
}

const STATUSES: Record<string, ReceiptStatus> = { DELIVERED: 'delivered', SENT_OK: 'accepted', FAILED: 'undelivered' };

/** Reads an answer to `query_sms_result`. What is still being sent is left out. Throws when it can't be read. */
export function readResults(body: unknown, timeZone: string, now: Date): InboundReceipt[] {
  const parsed = Results.safeParse(body);
  if (!parsed.success || parsed.data.error_code !== 200) throw new Error('the gateway’s answer can not be read');
  return parsed.data.result.flatMap((result) => {
    const status = STATUSES[result.status.toUpperCase()];
    if (!status) return [];
    return {
      reference: String(result.user_id),
      messageId: null,
      from: `port ${result.port}`,
      to: result.number,
      status,
      error: status === 'undelivered' ? 'gateway-failed' : null,
      at: readDeviceTime(result.time, timeZone) ?? now,
    };
  });
}
