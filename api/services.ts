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

/** The parts of the product that the API needs. `registry` holds the kinds of carrier by name. */
export type ApiServices = {
  db: Database;
  runs: Runs;
  /** Commits what a carrier's webhook brought. Rejects while the database is unreachable. */
  ingestWebhook: (carrierId: string, content: Extract<WebhookContent, { kind: 'content' }>) => Promise<void>;
  /** Says when an account has new events. */
  live: Live;
  secrets: Secrets;
  /** Hashes a number, as erased ones stand on the opt-out list. */
  hashPhone: HashPhone;
  /** By which push services know this installation. */
  pushKey: string;
  /** Seals the links in mails. */
  mailTokens: MailTokens;
  /** Where people reach this installation, for links in mails; null where nobody said. */
  publicUrl: string | null;
  log: Logger;
  tracing: Tracing;
  guard: { check(url: string): Promise<{ ok: true } | { ok: false; reason: string }> };
  /** Asks identity providers, as safely as callbacks are posted. */
  guardedFetch: GuardedFetch;
  /** The TXT records of a name; none where there is no such name. */
  readTxt: (name: string) => Promise<string[]>;
  /** Posts pings, as safely as callbacks are posted. */
  poster: Pick<Poster, 'post'>;
  registry: Record<string, Carrier>;
  /** Where to count; left out, a registry of the API's own with the process's usual figures. */
  metrics?: Registry;
  /** Address of runs in the Temporal UI, to be followed by a workflow id; null where none is known. */
  temporalRuns: string | null;
  /** Whether an operator may name the time of a sync: never in production. */
  clockInjectable: boolean;
  bodyLimitBytes: number;
  /** Where weaknesses are reported; null where nobody said. */
  securityContact?: string | null;
  /** The installation's rules for signing in. */
  signInPolicy: SignInPolicy;
  /** Left out: none. */
  requestLimits?: RequestLimits;
  /** Whether this process is about to stop: it answers what comes, and says that it is not ready for more. */
  draining?: () => boolean;
  /** Networks of the proxies in front: who asks is then said by X-Forwarded-For. */
  trustedProxies?: readonly string[];
  /** Where STOP is written to from France when a message has no number of its own. */
  stopNumber?: string | null;
  /** Where simulated phones are played with; null where messages are real. */
  simulatedPhones?: string | null;
  /** How long an account that was closed can be opened again; then it is erased. */
  accountGraceDays: number;
  /** The credit of an account without a spend limit, in euros, where another provider's API shows a credit. */
  unlimitedCredit: number;
  /** Of the built console; where there is none, only the API is served. */
  consoleFolder: string;
  /** Where pages for people are, as Markdown. */
  docsFolder: string;
};

/** The account that a key belongs to, as it stood when the request began. */
export type CallingAccount = {
  id: string;
  name: string;
  platform: Platform;
  country: string;
  locale: 'fr' | 'en';
  timeZone: string;
  twoWay: TwoWay;
  /** Why it is so, in the words of who decided or asked. */
  twoWayReason: string | null;
  defaultSender: string | null;
  /** The person whose conversations alone, with nobody's, the caller sees, and with which numbers masked: their e-mail address. Null: all of them. */
  onlyFor: string | null;
};

/** Held by a request while it works under an idempotency key. */
export type IdempotencyHold = {
  /** Stores the answer. Belongs at the end of the transaction that does what the request asks: both happen, or neither. */
  keep(sql: Sql, status: number, answer: unknown): Promise<void>;
};

/** `keyId` is the key's id, or `user <id>` for a session. */
type Common = { requestId: string; log: Logger; keyId: string };

export type ApiEnv = { Variables: Common };
export type AccountEnv = {
  Variables: Common & { account: CallingAccount; scopes: Scope[] | null; idempotency: IdempotencyHold | undefined };
};
