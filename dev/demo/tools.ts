import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { DevState } from '../dev.ts';
import { ask, createClient, itemsOf, textOf, type Answer, type ApiClient } from '../seed.ts';

/** The addresses of the simulated world. */
const Sms = z.object({ from: z.string(), to: z.string(), text: z.string(), at: z.coerce.date() });
const PhonesLog = z.object({ received: z.array(Sms), sent: z.array(Sms) });
const Calls = z.object({
  items: z.array(
    z.object({ id: z.string(), at: z.coerce.date(), verified: z.boolean(), body: z.string(), answered: z.number().nullable() }),
  ),
});
const Mails = z.object({
  items: z.array(z.object({ id: z.number(), at: z.coerce.date(), subject: z.string(), text: z.string() })),
});
const Clock = z.object({ now: z.coerce.date() });
const ReplyEvent = z.object({ data: z.object({ reply: z.object({ id: z.string() }) }) });

/** One SMS, as a phone knows it. */
export type Sent = z.infer<typeof Sms>;
/** Where one reply arrived. */
export type Found = { reply: Answer | undefined; platform: number; mails: Date[]; calls: { at: Date; verified: boolean }[] };

/**
 * Mobile numbers of one demo run, unlike those of any other: a failed run may have left a STOP or messages under way. Only the middle digits change.
 */
export function freshNumbers(): (written: string) => string {
  const own = String(randomInt(100_000)).padStart(5, '0');
  return (written) => {
    const places = [...written.matchAll(/\d/g)].slice(-7, -2).map(({ index }) => index);
    return written.replaceAll(/\d/g, (digit, index: number) => own[places.indexOf(index)] ?? digit);
  };
}

const SIX_HOURS_MS = 6 * 3_600_000;
const WAIT_MS = 30_000;

export const say = (line = ''): void => console.log(line);
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Polls until there is a result; after too long, throws an error that names what was awaited. */
export async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`Waited ${WAIT_MS / 1000} s in vain until ${what}`);
    await sleep(100);
  }
}

/** Calls the simulated world; returns its JSON. */
export const call = (url: string, method = 'GET', body?: unknown): Promise<unknown> =>
  ask(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

/** SMS that the phones got and sent since then. */
export async function phonesSince({ addresses }: DevState, begun: Date): Promise<{ received: Sent[]; sent: Sent[] }> {
  const log = PhonesLog.parse(await call(`${addresses.phones}/log`));
  return { received: log.received.filter((sms) => sms.at >= begun), sent: log.sent.filter((sms) => sms.at >= begun) };
}

/** SMS that those phones got since then. */
export async function arrivedAt(phones: readonly string[], state: DevState, begun: Date): Promise<Sent[]> {
  const { received } = await phonesSince(state, begun);
  return received.filter(({ to }) => phones.includes(to));
}

/** Replies from a phone to the last SMS it got. */
export const press = ({ addresses }: DevState, phone: string, text: string): Promise<unknown> =>
  call(`${addresses.phones}/phones/${encodeURIComponent(phone)}/reply`, 'POST', { text });

/** Sends a new SMS from a phone to a number. */
export const write = ({ addresses }: DevState, phone: string, to: string, text: string): Promise<unknown> =>
  call(`${addresses.phones}/phones/${encodeURIComponent(phone)}/write`, 'POST', { to, text });

/** Moves the SIM gateway's clock on by six hours and syncs it, as at night. Returns the sync run once it has ended. */
export async function syncSixHoursLater({ url, operatorKey, addresses }: DevState): Promise<Answer> {
  const operator = createClient(url, operatorKey);
  const [gateway] = itemsOf(await operator.get('/v1/operator/carriers')).filter((carrier) => carrier['type'] === 'dinstar');
  await call(`${addresses.gateway}/_control/clock`, 'POST', { advanceMs: SIX_HOURS_MS });
  const { now } = Clock.parse(await call(`${addresses.gateway}/_control/state`));
  const path = `/v1/operator/carriers/${textOf(gateway ?? {}, 'id')}/sync`;
  const asked = await operator.send('POST', path, { now: now.toISOString() });
  return until('the sync has ended', async () => {
    const run = await operator.get(`/v1/operator/sync-runs/${textOf(asked, 'id')}`);
    return run['endedAt'] === null ? null : run;
  });
}

/** Where each SMS of the phones since then came out, once all is right or the wait is over. */
export async function outcomes(
  state: DevState,
  account: ApiClient,
  begun: Date,
  isRight: (sms: Sent, found: Found) => boolean,
): Promise<{ sms: Sent; found: Found; right: boolean }[]> {
  const { sent } = await phonesSince(state, begun);
  const look = async () => {
    const replies = itemsOf(await account.get('/v1/replies?limit=100'));
    const calls = Calls.parse(await call(`${state.addresses.endpoint}/log?limit=100000`)).items;
    const mails = Mails.parse(await call(`${state.addresses.mailbox}/mails?limit=100000`)).items;
    const newMails = mails.filter((mail) => mail.at >= begun);
    return sent.map((sms) => {
      const found = find(sms, begun, { replies, calls, mails: newMails });
      return { sms, found, right: isOnce(found) && isRight(sms, found) };
    });
  };
  const end = performance.now() + WAIT_MS;
  while (performance.now() < end && !(await look()).every(({ right }) => right)) await sleep(250);
  await sleep(1500); // Long enough for a second copy to arrive.
  return look();
}

/** On the platform, by e-mail and by signed callback: once each. */
const isOnce = ({ platform, mails, calls }: Found): boolean =>
  platform === 1 && mails.length === 1 && calls.length === 1 && calls[0]?.verified === true;

/** The last line, and whether all are right. */
export function judge(results: readonly { right: boolean }[], expected = results.length): boolean {
  const right = results.filter((each) => each.right).length;
  say(`\n${right} of ${results.length} replies came out everywhere they should, exactly once, with the right campaign.`);
  return right === results.length && right === expected && right > 0;
}

type Logs = { replies: Answer[]; calls: z.infer<typeof Calls>['items']; mails: z.infer<typeof Mails>['items'] };

/** One reply in the logs of its receivers, matched by sender, recipient and text: phones do not know our ids. */
function find(sms: Sent, begun: Date, { replies, calls, mails }: Logs): Found {
  const mine = replies.filter(
    (reply) =>
      reply['from'] === sms.from &&
      reply['to'] === sms.to &&
      reply['text'] === sms.text &&
      new Date(textOf(reply, 'ingestedAt')) >= begun,
  );
  const digits = sms.from.replaceAll(/\D/g, '');
  return {
    reply: mine[0],
    platform: mine.length,
    calls: calls.filter((each) => mine.some((reply) => ReplyEvent.parse(JSON.parse(each.body)).data.reply.id === reply['id'])),
    mails: mails
      .filter(
        (mail) =>
          mail.subject.replaceAll(/\D/g, '').endsWith(digits) &&
          mail.text.replaceAll(/\s+|^> /gm, '').includes(sms.text.replaceAll(/\s+/g, '')),
      )
      .map((mail) => mail.at),
  };
}

const widthOf = (text: string): number => Array.from(text).length;

/** A table with aligned columns. */
export function table(rows: string[][], head: string[]): string {
  const all = [head, ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((each) => widthOf(each[column] ?? '')))) ?? [];
  return all
    .map((each) => `   ${each.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))).join('  ')}`)
    .join('\n');
}
