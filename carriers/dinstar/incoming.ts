import { z } from 'zod';
import { instantOfParts } from '../../domain/zoned-time.ts';
import type { InboundReceipt, PolledPage, PolledReply, ReceiptStatus } from '../carrier.ts';

const Sms = z.object({
  /** Missing or 0 in some firmware. */
  incoming_sms_id: z.coerce.number().int().min(0).default(0),
  port: z.coerce.number().int(),
  number: z.string(),
  timestamp: z.string(),
  text: z.string(),
});
const OnlyId = z.object({ incoming_sms_id: z.coerce.number().int().min(1) });
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

/** Local device time as an instant; null if invalid, or of a clock never set. */
export function readDeviceTime(text: string, timeZone: string): Date | null {
  const found = DATE.exec(text.trim());
  if (!found) return null;
  // A lost clock restarts at 1970 or 2000.
  return Number(found[1]) < 2020 ? null : instantOfParts(found.slice(1).map(Number), timeZone);
}

export type IncomingPage = Omit<PolledPage, 'more' | 'clock'>;

/** Reads a push: messages with an id. Null if not the device's. */
export function readPushed(body: unknown, timeZone: string, now: Date): Pick<IncomingPage, 'serial' | 'replies'> | null {
  const parsed = Incoming.omit({ error_code: true }).safeParse(body);
  if (!parsed.success) return null;
  const { serial, replies } = readIncoming({ ...parsed.data, error_code: 200 }, 0, timeZone, now);
  return { serial, replies: replies.filter(({ id }) => id > 0) };
}

/** Reads an answer to `query_incoming_sms`: messages above `afterId`, by id. Throws when unreadable. */
export function readIncoming(body: unknown, afterId: number, timeZone: string, now: Date): IncomingPage {
  const parsed = Incoming.safeParse(body);
  if (!parsed.success) throw new Error('the gateway’s answer can not be read');
  const { error_code: code, sn, sms } = parsed.data;
  if (code !== 200) throw new Error(`the gateway answers error ${code}`);
  const replies: PolledReply[] = [];
  const unreadable: IncomingPage['unreadable'] = [];
  for (const item of sms) {
    const read = Sms.safeParse(item);
    if (!read.success) {
      const id = OnlyId.safeParse(item);
      unreadable.push({ id: id.success ? id.data.incoming_sms_id : null, raw: JSON.stringify(item) });
      continue;
    }
    const { incoming_sms_id: id, port, number, timestamp, text } = read.data;
    const receivedAt = readDeviceTime(timestamp, timeZone);
    replies.push({
      id,
      port,
      stamp: timestamp.trim(),
      externalId: id === 0 ? null : String(id),
      from: number,
      body: Buffer.from(text, 'utf8'),
      encoding: 'utf8',
      receivedAt: receivedAt ?? now,
      precision: receivedAt ? 'second' : 'ours',
    });
  }
  replies.sort((a, b) => a.id - b.id);
  const ids = [...replies, ...unreadable].flatMap(({ id }) => id ?? []);
  return {
    serial: sn,
    replies: replies.filter(({ id }) => id === 0 || id > afterId),
    unreadable: unreadable.filter(({ id }) => id === null || id > afterId),
    topId: ids.length === 0 ? null : Math.max(...ids),
  };
}

const STATUSES: Record<string, ReceiptStatus> = { DELIVERED: 'delivered', SENT_OK: 'accepted', FAILED: 'undelivered' };

/** Reads an answer to `query_sms_result`, without messages still being sent. Throws when unreadable. */
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
