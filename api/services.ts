import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { GuardedFetch } from '../webhook-client/guarded-fetch.ts';
import type { Poster } from '../webhook-client/request.ts';
import type { Carrier, WebhookContent } from '../carriers/carrier.ts';
import type { Tracing } from '../domain/tracing.ts';
import type { Scope } from '../domain/people/key-scopes.ts';
import type { Platform, TwoWay } from '../domain/sending/sender-policy.ts';
import type { Live } from '../database/live.ts';
import type { MailTokens } from '../database/mail/mail-tokens.ts';
import type { Database } from '../database/orm.ts';
import type { HashPhone } from '../database/contacts/phone-hash.ts';
import type { Secrets } from '../database/secrets.ts';
import type { SignInPolicy } from '../database/people/session.ts';
import type { Sql } from '../database/sql.ts';
import type { Runs } from '../temporal/runs.ts';
import type { RequestLimits } from './limits/request-limits.ts';

/** What the API needs. `registry`: kinds of carrier by name. */
export type ApiServices = {
  db: Database;
  runs: Runs;
  /** Commits a carrier's webhook. Rejects while the database is unreachable. */
  ingestWebhook: (carrierId: string, content: Extract<WebhookContent, { kind: 'content' }>) => Promise<void>;
  /** Announces new events by account. */
  live: Live;
  secrets: Secrets;
  /** Numbers of erased contacts stay on the opt-out list as hashes. */
  hashPhone: HashPhone;
  /** Public key for Web Push. */
  pushKey: string;
  mailTokens: MailTokens;
  /** For links in mails; null when not set. */
  publicUrl: string | null;
  log: Logger;
  tracing: Tracing;
  guard: { check(url: string): Promise<{ ok: true } | { ok: false; reason: string }> };
  /** Asks identity providers through the SSRF guard. */
  guardedFetch: GuardedFetch;
  /** TXT records of a name; empty without any. */
  readTxt: (name: string) => Promise<string[]>;
  /** Posts pings through the SSRF guard. */
  poster: Pick<Poster, 'post'>;
  registry: Record<string, Carrier>;
  /** Default: a registry of the API's own with process metrics. */
  metrics?: Registry;
  /** Temporal UI address, completed by a workflow id. */
  temporalRuns: string | null;
  /** Whether operators may set a sync's time; never in production. */
  clockInjectable: boolean;
  bodyLimitBytes: number;
  /** For security.txt. */
  securityContact?: string | null;
  signInPolicy: SignInPolicy;
  /** Default: no limits. */
  requestLimits?: RequestLimits;
  /** While draining the process still answers, but reports not ready. */
  draining?: () => boolean;
  /** CIDRs of proxies whose X-Forwarded-For is trusted. */
  trustedProxies?: readonly string[];
  /** Where French recipients write STOP when a message has no number. */
  stopNumber?: string | null;
  /** Address of the phone simulator; null in production. */
  simulatedPhones?: string | null;
  /** Days until a closed account is erased. */
  accountGraceDays: number;
  /** Euros shown as credit in other providers' APIs for accounts without a limit. */
  unlimitedCredit: number;
  /** The built console; missing: API only. */
  consoleFolder: string;
  /** Markdown pages. */
  docsFolder: string;
};

/** The caller's account as of the request's start. */
export type CallingAccount = {
  id: string;
  name: string;
  platform: Platform;
  country: string;
  locale: 'fr' | 'en';
  timeZone: string;
  twoWay: TwoWay;
  twoWayReason: string | null;
  defaultSender: string | null;
  /** E-mail address of a restricted agent, who sees own and unassigned conversations with masked numbers; null sees all. */
  onlyFor: string | null;
};

export type IdempotencyHold = {
  /** Call last in the transaction that does the work: answer and work commit together. */
  keep(sql: Sql, status: number, answer: unknown): Promise<void>;
};

/** `keyId`: a key's id, or `user <id>` for a session. */
type Common = { requestId: string; log: Logger; keyId: string };

export type ApiEnv = { Variables: Common };
export type AccountEnv = {
  Variables: Common & { account: CallingAccount; scopes: Scope[] | null; idempotency: IdempotencyHold | undefined };
};
