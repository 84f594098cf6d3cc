import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isGsm7 } from '../../domain/sms/gsm7.ts';
import type { Calls } from '../calls.ts';
import type { InboundReceipt, OpenDeps } from '../carrier.ts';
import { readJson } from '../http/answer.ts';
import { openCaller, type Call } from '../http/call.ts';
import { calling } from '../http/settings.ts';
import { at } from '../http/template.ts';
import { address, defineProvider, secret } from './provider.ts';
import { receiptOf, replyOf } from './reading.ts';

// Sources, 2026-11-30: eu.api.ovh.com/1.0/sms.json (as in npm @ovh-api/sms 5.0.2), npm ovh, which signs alike.
// Unverified: the meaning of `deliveryReceipt` beside 1, delivered, and 2, not delivered.

const settings = z.strictObject({
  applicationKey: z.string().min(1),
  applicationSecret: secret,
  consumerKey: secret,
  /** The SMS account, as sms-ab12345-1. */
  serviceName: z.string().regex(/^[\w-]+$/),
  /** The short code or number of replies: OVHcloud does not return it. */
  replyNumber: z.string().min(3),
  askEverySeconds: z.int().min(1).max(3600).default(20),
  baseUrl: address.default('https://eu.api.ovh.com/1.0'),
  ...calling,
});
type Settings = z.infer<typeof settings>;

/** OVHcloud's signature: SHA-1 of secret, key, method, address, body and time. */
function signedCall(given: Settings, method: 'GET' | 'POST', path: string, document?: unknown): Call {
  const { applicationKey, applicationSecret, consumerKey, baseUrl, serviceName } = given;
  const url = `${baseUrl}/sms/${serviceName}${path}`;
  const body = document === undefined ? null : JSON.stringify(document);
  const time = String(Math.floor(Date.now() / 1000));
  const content = [applicationSecret, consumerKey, method, url, body ?? '', time].join('+');
  return {
    method,
    url,
    headers: {
      'content-type': 'application/json',
      'x-ovh-application': applicationKey,
      'x-ovh-consumer': consumerKey,
      'x-ovh-timestamp': time,
      'x-ovh-signature': `$1$${createHash('sha1').update(content).digest('hex')}`,
    },
    body,
  };
}

export const ovhcloud = defineProvider({
  name: 'ovhcloud',
  unverified: ['unverified.ovhcloud'],
  settings,
  capabilities: { receipts: 'poll' },
  call: ({ to, from, text }, given) =>
    signedCall(given, 'POST', '/jobs', {
      message: text,
      receivers: [to],
      charset: 'UTF-8',
      coding: isGsm7(text) ? '7bit' : '8bit',
      // This product adds STOP and checks its hours.
      noStopClause: true,
      ...(from === given.replyNumber ? { senderForResponse: true } : { sender: from }),
    }),
  answer: { reference: 'ids', outcomes: {} },
  refusal(document) {
    const [ids, invalid] = [at(document, 'ids.0'), at(document, 'invalidReceivers.0')];
    return ids === undefined && invalid !== undefined ? 'invalid-receiver' : null;
  },
  check: (given) => signedCall(given, 'GET', ''),
  asks: openQuestions,
});

const STATUSES = { 1: 'delivered', 2: 'undelivered' } as const;
/** Replies older than a day are not looked for. */
const LOOK_BACK_MS = 86_400_000;

/** Polls message states and replies; hands over each reply id once per session. */
function openQuestions(given: Settings, { events, log }: OpenDeps, noting: Calls['ask']) {
  const caller = openCaller(1, given.timeoutMs);
  /** Ids of the last list: older ones are not listed again. */
  let known = new Set<unknown>();
  let since = Date.now() - LOOK_BACK_MS;

  async function ask(path: string): Promise<unknown> {
    const called = await noting(async () => {
      const answer = await caller.call(signedCall(given, 'GET', path));
      const status = answer.kind === 'answer' ? answer.status : 0;
      const refused = status === 401 || status === 403;
      return {
        answer,
        way: refused ? { is: 'refused' as const, reason: `http-${status}` } : status === 200 ? { is: 'open' as const } : null,
      };
    });
    if (called.kind === 'answer' && called.status === 404) return undefined;
    if (called.kind === 'answer' && called.status === 200) return readJson(called.text);
    throw new Error(called.kind === 'answer' ? `http-${called.status}` : called.reason);
  }

  async function askReplies(): Promise<void> {
    const asked = Date.now();
    const ids = await ask(`/incoming?creationDatetime.from=${encodeURIComponent(new Date(since).toISOString())}`);
    if (!Array.isArray(ids)) return;
    for (const id of ids.filter((each) => !known.has(each))) {
      const item = await ask(`/incoming/${encodeURIComponent(String(id))}`);
      const paths = { id: 'id', from: 'sender', to: 'to', text: 'message', at: 'creationDatetime' };
      const reply = replyOf({ ...Object(item), to: given.replyNumber }, paths, new Date());
      if (reply && typeof reply.to === 'string') {
        const { acknowledged } = await events.onReply({ ...reply, to: reply.to, part: null });
        acknowledged();
      }
      known.add(id);
    }
    known = new Set(ids);
    // Overlap for clock differences and late listings; ids exclude copies.
    since = asked - 3_600_000;
  }

  let asking: Promise<void> | null = null;
  const timer = setInterval(() => {
    asking ??= askReplies()
      .catch((error: unknown) => log.warn({ err: error }, 'OVHcloud could not be asked for replies'))
      .finally(() => (asking = null));
  }, given.askEverySeconds * 1000);

  return {
    async pollReceipts(references: string[]): Promise<InboundReceipt[]> {
      const receipts: InboundReceipt[] = [];
      for (const reference of references) {
        const item = await ask(`/outgoing/${encodeURIComponent(reference)}`);
        const paths = { reference: 'id', status: 'deliveryReceipt', error: 'ptt', at: 'deliveredAt' };
        receipts.push(...receiptOf(item, paths, STATUSES, new Date()).receipts);
      }
      return receipts;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await asking;
      await caller.close();
    },
  };
}
