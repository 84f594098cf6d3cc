import { z } from 'zod';
import type { SentenceKey } from '../../domain/problems/said.ts';
import {
  defineCarrier,
  type Capabilities,
  type Carrier,
  type InboundReceipt,
  type OpenDeps,
  type OutboundMessage,
  type CarrierSession,
  type WebhookReply,
  type WebhookRequest,
} from '../carrier.ts';
import type { Calls } from '../calls.ts';
import { judge, readJson, type Judged } from '../http/answer.ts';
import { openCaller, type Call, type Called } from '../http/call.ts';
import { openSession } from '../http/session.ts';
import { calling, type Answer } from '../http/settings.ts';

/** How one provider is called and its requests are read: some 80 lines, with a table of cases in its test. */
export type Provider<S extends z.ZodObject> = {
  name: string;
  /** `calling` and the provider's credentials, under its own names. */
  settings: S;
  capabilities?: Partial<Capabilities>;
  call(message: OutboundMessage, settings: z.infer<S>, webhookUrl: string | null): Call;
  answer: Answer;
  /** The code of a refusal expressed otherwise, without a number or a text. */
  refusal?(document: unknown): string | null;
  /** Facts its documentation leaves open. */
  unverified?: SentenceKey[];
  /** A harmless question with the same credentials. */
  check(settings: z.infer<S>): Call;
  /** It signs nothing: its webhook address carries the secret. */
  secretInAddress?: boolean;
  /** Why a request is not the provider's; null when it is. */
  forgery?(settings: z.infer<S>, request: WebhookRequest): string | null;
  /** Reads a request; null if not the provider's. */
  read?(request: WebhookRequest): { replies: WebhookReply[]; receipts: InboundReceipt[]; odd?: string[] } | null;
  /** Polling, for providers that do not push; `ask` records what each answer says about our login. */
  asks?(settings: z.infer<S>, deps: OpenDeps, ask: Calls['ask']): Pick<CarrierSession, 'pollReceipts'> & AsyncDisposable;
};

const PUSHED: Capabilities = {
  route: 'premium',
  replies: 'push',
  receipts: 'push',
  maxBatch: 500,
  dedupe: 'none',
  cursor: 'none',
};
const Calling = z.object(calling);

export function defineProvider<S extends z.ZodObject>(provider: Provider<S>): Carrier<S> {
  const { name, settings, capabilities, answer, refusal, forgery, read, secretInAddress = false, unverified = [] } = provider;

  function judged(called: Called): Judged {
    const code = called.kind === 'answer' && called.status < 300 ? refusal?.(readJson(called.text)) : null;
    return code ? { result: { outcome: 'rejected', code }, way: { is: 'open' } } : judge(called, answer);
  }

  return defineCarrier({
    name,
    settings,
    secretInAddress,
    unverified,
    capabilities: { ...PUSHED, ...capabilities },
    open(given, deps) {
      const callOf = (message: OutboundMessage): Call => provider.call(message, given, deps.webhookUrl ?? null);
      const { ask, ...session } = openSession(Calling.parse(given), { type: name, callOf, judge: judged }, deps);
      if (!provider.asks) return session;
      const { pollReceipts, ...asking } = provider.asks(given, deps, ask);
      return {
        ...session,
        ...(pollReceipts ? { pollReceipts } : {}),
        async close(graceMs) {
          await asking[Symbol.asyncDispose]();
          await session.close(graceMs);
        },
      };
    },
    ...(forgery && read
      ? {
          parseWebhook(given: z.infer<S>, request: WebhookRequest) {
            const forged = forgery(given, request);
            if (forged !== null) return { kind: 'forged', reason: forged } as const;
            const content = read(request);
            if (content === null) return { kind: 'unreadable', reason: `not of the form that ${name} sends` } as const;
            return { kind: 'content', ...content, release: 'now' } as const;
          },
        }
      : {}),
    async check(given) {
      const caller = openCaller(1, Calling.parse(given).timeoutMs);
      const called = await caller.call(provider.check(given));
      await caller.close();
      if (called.kind !== 'answer') return called.reason;
      return called.status === 200 ? null : `http-${called.status}`;
    },
  });
}

export const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export const jsonCall = (url: string, headers: Record<string, string>, document: unknown): Call => ({
  method: 'POST',
  url,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(document),
});

export const formCall = (url: string, headers: Record<string, string>, fields: Record<string, string | undefined>): Call => ({
  method: 'POST',
  url,
  headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
  ).toString(),
});

export const question = (url: string, headers: Record<string, string>): Call => ({ method: 'GET', url, headers, body: null });

/** A provider's address, without a trailing slash. */
export const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
export const secret = z.string().min(1).max(500).meta({ secret: true });
