import { z } from 'zod';
import type { PolledPage, PolledReply } from '../carrier.ts';
import { clockOf, type DeviceAnswer } from '../device.ts';
import { timeOf } from './times.ts';
import type { SmsgateSettings } from './settings.ts';

type Answer = Extract<DeviceAnswer, { kind: 'answer' }>;
/** `contentPreview` is the whole text. The id is a hash of the content, not unique. */
const Sms = z.object({
  sender: z.string(),
  simNumber: z.int().nullish(),
  contentPreview: z.string(),
  createdAt: z.string(),
});
const Page = z.array(z.unknown());
const Total = z.coerce.number().int().min(0);

/** Most messages the app returns at once. */
const MOST = 500;
/** Upper limit of the query: a phone with a fast clock dates its SMS in the future. */
const FAR = '2100-01-01T00:00:00.000Z';
const TRIES = 5;

/** To the second, as the network's time is in events and inbox. */
export const stampOf = (time: Date): string => String(Math.floor(time.getTime() / 1000));

/** Reads the inbox after a time (ms since 1970), oldest first; the app lists newest first. */
export async function readInbox(
  settings: SmsgateSettings,
  after: number | null,
  ask: (query: string) => Promise<Answer>,
): Promise<PolledPage> {
  if (!settings.readInbox) return { serial: 'phone', replies: [], unreadable: [], topId: null, more: false, clock: null };
  const from = new Date((after ?? -1) + 1).toISOString();
  const device = settings.deviceId === undefined ? '' : `deviceId=${encodeURIComponent(settings.deviceId)}&`;
  const query = (limit: number, offset: number) =>
    `${device}type=SMS&from=${encodeURIComponent(from)}&to=${encodeURIComponent(FAR)}&limit=${limit}&offset=${offset}`;
  let total = totalOf(await ask(query(1, 0)));
  for (let tries = 0; tries < TRIES; tries++) {
    const offset = Math.max(0, total - MOST);
    const answer = await ask(query(MOST, offset));
    const now = totalOf(answer);
    // A new message shifts the others: the page would begin too late.
    if (now === total || offset === 0) return pageOf(answer, offset, settings);
    total = now;
  }
  throw new Error('the phone’s inbox changes faster than it can be read');
}

function pageOf(answer: Answer, left: number, { defaultSim, deviceTimeZone }: SmsgateSettings): PolledPage {
  const items = Page.safeParse(answer.body);
  if (!items.success) throw new Error('the phone’s answer can not be read');
  const replies: PolledReply[] = [];
  const unreadable: PolledPage['unreadable'] = [];
  for (const item of items.data) {
    const read = Sms.safeParse(item);
    const receivedAt = read.success ? timeOf(read.data.createdAt, deviceTimeZone) : null;
    if (!read.success || receivedAt === null) {
      unreadable.push({ id: null, raw: JSON.stringify(item) });
      continue;
    }
    const { sender, simNumber, contentPreview } = read.data;
    replies.push({
      id: receivedAt.getTime(),
      port: simNumber ?? defaultSim,
      stamp: stampOf(receivedAt),
      externalId: null,
      from: sender,
      body: Buffer.from(contentPreview, 'utf8'),
      encoding: 'utf8',
      receivedAt,
      precision: 'second',
    });
  }
  // The sort is stable, and equal replies are counted: their order does not matter.
  replies.sort((a, b) => a.id - b.id);
  const last = replies.at(-1)?.id;
  // More may share the last one's time: all of one time are read together.
  const whole = left > 0 ? replies.filter(({ id }) => id !== last) : replies;
  if (left > 0 && whole.length === 0) throw new Error('more than 500 SMS of one moment can not be read');
  return {
    serial: 'phone',
    replies: whole,
    unreadable,
    topId: replies.at(-1)?.id ?? null,
    more: left > 0,
    clock: clockOf(answer),
  };
}

function totalOf(answer: Answer): number {
  const total = Total.safeParse(answer.headers['x-total-count']);
  if (!total.success) throw new Error('the phone’s answer says no X-Total-Count');
  return total.data;
}
