import type { Logger } from 'pino';
import type { z } from 'zod';
import type { SentenceKey } from '../domain/problems/said.ts';
import type { TextEncoding } from '../domain/sms/sms-text.ts';
import type { SimLimits } from './sims.ts';

/** An outbound message. `from` is on the wire: a short code, an E.164 number or 3–11 characters. */
export type OutboundMessage = {
  id: string;
  to: string;
  from: string;
  text: string;
  /** SIM slot that must send it, on SIM carriers. */
  port: number | null;
  /** No longer to be sent after this. */
  expiresAt?: Date | null;
};

/**
 * A carrier's answer for one message. Only `unknown` leaves a doubt: it may have been sent. `deferred`: the carrier had a trouble
 * and kept nothing; retried a few times.
 */
export type SubmitResult =
  | { outcome: 'accepted'; references: string[] }
  | { outcome: 'rejected'; code: string }
  | { outcome: 'throttled'; retryAfterMs: number }
  | { outcome: 'deferred'; code: string }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'unsent'; reason: string };

/** An inbound SMS, or one part of it. `body` and `encoding` stay raw until all parts have arrived. */
export type InboundReply = {
  /** The carrier's id. With null, only the session tells a copy from a second "OUI". */
  externalId: string | null;
  from: string;
  to: string;
  body: Uint8Array;
  encoding: TextEncoding;
  part: { reference: number; total: number; index: number } | null;
  /** Connection number within the session, for carriers without ids: a copy comes only on a later one. */
  bind?: number;
  /** When carrier or device received it, to `precision`. */
  receivedAt: Date;
  precision: 'millisecond' | 'second' | 'minute' | 'ours';
};

export type ReceiptStatus = 'accepted' | 'delivered' | 'undelivered' | 'expired' | 'unknown';

/** A report on one outbound segment. `reference` has the form `submit` returned. */
export type InboundReceipt = {
  reference: string;
  /** Our message id, if the carrier echoes it (user_message_reference, user_id). */
  messageId: string | null;
  /** Its last four digits, if the carrier echoes no more; accepted for a message to that phone. */
  messageIdEnd?: string | null;
  from: string;
  to: string;
  status: ReceiptStatus;
  error: string | null;
  at: Date;
};

/** Sinks for replies and receipts. Both resolve after the commit and reject only while the database is unreachable. */
export type CarrierEvents = {
  /** Call `acknowledged` once the carrier's answer is written to its socket. */
  onReply(reply: InboundReply): Promise<{ acknowledged(): void }>;
  onReceipt(receipt: InboundReceipt): Promise<void>;
};

/**
 * A reply in a gateway's inbox, with the port of its SIM. `id`: position, the device's id or a time. `stamp`: the time as the
 * device wrote it; with port, sender and text it identifies a reply where ids don't.
 */
export type PolledReply = Omit<InboundReply, 'to' | 'bind' | 'part'> & { id: number; port: number; stamp: string };

/** One page of an inbox, oldest first. Ids belong to the device with that `serial`. */
export type PolledPage = {
  serial: string;
  replies: PolledReply[];
  /** Unreadable entries, kept raw for a person; the others do not wait. */
  unreadable: { id: number | null; raw: string }[];
  /** Highest id on the device, null if empty. Below the cursor: the device was reset. */
  topId: number | null;
  more: boolean;
  /** The device's clock, if it says. */
  clock: Date | null;
};

/** A carrier's request to us. `body` is raw, as signatures cover octets. Header names are lower case. */
export type WebhookRequest = {
  method: string;
  /** The public address it called: some sign it. */
  url: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Uint8Array;
  receivedAt: Date;
};

/**
 * A reply in a webhook, always whole. `to`: number, or SIM port. `stamp`, as in the inbox, if the gateway's inbox holds it too;
 * `inbox` if it has an id there.
 */
export type WebhookReply = Omit<InboundReply, 'bind' | 'to' | 'part'> & {
  to: string | { port: number };
  stamp?: string;
  inbox?: { serial: string; id: number };
};

/**
 * A verified request's content. `release`: file its replies now, or with the nightly sync. `odd`: unknown status words. `forged`:
 * badly signed or too old. Reasons contain no number and no text.
 */
export type WebhookContent =
  | { kind: 'content'; replies: WebhookReply[]; receipts: InboundReceipt[]; release: 'now' | 'sync'; odd?: string[] }
  | { kind: 'forged'; reason: string }
  | { kind: 'unreadable'; reason: string };

export type SessionHealth = {
  state: 'connecting' | 'bound' | 'draining' | 'closed';
  since: Date;
  inFlight: number;
  lastError: string | null;
  /** The carrier refuses our login: a person is needed. */
  refused?: boolean;
  /** Its answer while it accepts nothing for a trouble of its own. */
  refusing?: string | null;
};

/** An open line to a carrier. Reconnects until closed. */
export type CarrierSession = {
  /** Most unanswered messages; one while the carrier accepts nothing. */
  window: number;
  /** Resolves when messages can be submitted. Rejects once closed. */
  whenReady(): Promise<void>;
  /** One promise per message, in order. Never rejects: a cut or timeout gives `unknown`. */
  submit(batch: OutboundMessage[]): Promise<SubmitResult>[];
  /** Replies above `afterId`, oldest first. Read only. Rejects when the device can't be asked. */
  pollReplies?(afterId: number | null): Promise<PolledPage>;
  /** Results by the references `submit` returned; unknown ones are left out. */
  pollReceipts?(references: string[]): Promise<InboundReceipt[]>;
  health(): SessionHealth;
  /** Waits up to `graceMs` for answers under way, then closes. */
  close(graceMs: number): Promise<void>;
};

export type Capabilities = {
  route: 'premium' | 'lowcost';
  replies: 'push' | 'poll' | 'both' | 'none';
  receipts: 'push' | 'poll' | 'none';
  maxBatch: number;
  dedupe: 'client-id' | 'none';
  cursor: 'id' | 'time' | 'destructive' | 'none';
};

/** `webhookUrl`: our public address for this carrier, null if unknown. `slot`: session number, from 0. */
export type OpenDeps = { events: CarrierEvents; log: Logger; webhookUrl?: string | null; slot?: number };

/** A kind of carrier: settings schema (`meta({ secret: true })` fields are encrypted), capabilities, and how to open it. */
export type Carrier<S extends z.ZodObject = z.ZodObject> = {
  name: string;
  settings: S;
  capabilities: Capabilities;
  open(settings: z.infer<S>, deps: OpenDeps): CarrierSession;
  sims?(settings: z.infer<S>): SimLimits;
  /** Pure: verifies and reads a request. Its content is committed before the carrier gets 200. */
  parseWebhook?(settings: z.infer<S>, request: WebhookRequest): WebhookContent;
  /** It signs nothing: the secret is in the address, as `?secret=…`. */
  secretInAddress?: boolean;
  /** Facts its documentation leaves open, for the person who adds it. */
  unverified?: SentenceKey[];
  /** A question that sends nothing: null when our login works, else why not. */
  check?(settings: z.infer<S>): Promise<string | null>;
};

export const defineCarrier = <S extends z.ZodObject>(carrier: Carrier<S>): Carrier<S> => carrier;
