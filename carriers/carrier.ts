import type { Logger } from 'pino';
import type { z } from 'zod';
import type { SentenceKey } from '../domain/problems/said.ts';
import type { TextEncoding } from '../domain/sms/sms-text.ts';
import type { SimLimits } from './sims.ts';

/** A message as it goes to a carrier. `from` is what goes on the wire: a short code, an E.164 number or 3–11 characters. */
export type OutboundMessage = {
  id: string;
  to: string;
  from: string;
  text: string;
  /** The SIM slot that must send it, where the carrier has SIMs. */
  port: number | null;
  /** When it is worth nothing any more, where its sender said so. */
  expiresAt?: Date | null;
};

/**
 * A carrier's answer for one message. Only `unknown` leaves a doubt: it may have been sent. `deferred`: a trouble of the carrier's
 * own, which has nothing of it; it is tried again, a few times.
 */
export type SubmitResult =
  | { outcome: 'accepted'; references: string[] }
  | { outcome: 'rejected'; code: string }
  | { outcome: 'throttled'; retryAfterMs: number }
  | { outcome: 'deferred'; code: string }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'unsent'; reason: string };

/** An inbound SMS, or one part of it, as the carrier wrote it. `body` and `encoding` stay together until all parts are there. */
export type InboundReply = {
  /** The carrier's own id, null where it has none: then nothing but the carrier's session tells a copy from a second "OUI". */
  externalId: string | null;
  from: string;
  to: string;
  body: Uint8Array;
  encoding: TextEncoding;
  part: { reference: number; total: number; index: number } | null;
  /** Which connection of its session brought it, for carriers without ids: a copy only comes on a later one than its first. */
  bind?: number;
  /** When the carrier or the device received it, as exactly as `precision` says. */
  receivedAt: Date;
  precision: 'millisecond' | 'second' | 'minute' | 'ours';
};

export type ReceiptStatus = 'accepted' | 'delivered' | 'undelivered' | 'expired' | 'unknown';

/** A report on one outbound segment. `reference` is the carrier's id, already in the form `submit` answered. */
export type InboundReceipt = {
  reference: string;
  /** Our message id, where the carrier echoes it (user_message_reference, user_id). */
  messageId: string | null;
  /** The last four digits of our message id, where a carrier can repeat no more: believed of a message to that phone. */
  messageIdEnd?: string | null;
  from: string;
  to: string;
  status: ReceiptStatus;
  error: string | null;
  at: Date;
};

/** Where a session hands over replies and receipts. Both promises resolve after the commit; they reject only when the database is unreachable. */
export type CarrierEvents = {
  /** The answer's `acknowledged` is to be called once the carrier's answer has been written to its socket. */
  onReply(reply: InboundReply): Promise<{ acknowledged(): void }>;
  onReceipt(receipt: InboundReceipt): Promise<void>;
};

/**
 * A reply in a gateway's inbox: it names the SIM's slot that received it, and the numbers of the SIMs are the platform's.
 * `id` is where it stands in the inbox: the device's id, or the time where the cursor is one. `stamp` is the time as the device
 * wrote it: with the slot, the sender and the text it tells one reply from another where ids don't.
 */
export type PolledReply = Omit<InboundReply, 'to' | 'bind' | 'part'> & { id: number; port: number; stamp: string };

/** One page of a gateway's inbox, oldest first. `serial` names the device: ids are only its own. */
export type PolledPage = {
  serial: string;
  replies: PolledReply[];
  /** Entries that could not be read, as the device wrote them: kept for a person, and no reason why the others should wait. */
  unreadable: { id: number | null; raw: string }[];
  /** The highest id the device holds now, null for an empty inbox. Lower than a cursor means that the device was reset. */
  topId: number | null;
  more: boolean;
  /** The device's clock when it answered, where it says so. */
  clock: Date | null;
};

/** A request that a carrier made to us. `body` is as it came: signatures are over octets. Names of headers are in lower case. */
export type WebhookRequest = {
  method: string;
  /** As the carrier called it, by the public address: some sign it. */
  url: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Uint8Array;
  receivedAt: Date;
};

/**
 * A reply in a webhook, always whole: `to` is the number it was sent to, or the slot of the SIM that received it. `stamp` is there
 * where the same reply may be read from the gateway's inbox, too, and is then the same as in it; `inbox` where it has an id there.
 */
export type WebhookReply = Omit<InboundReply, 'bind' | 'to' | 'part'> & {
  to: string | { port: number };
  stamp?: string;
  inbox?: { serial: string; id: number };
};

/**
 * The content of a carrier's request, once its signature held. `release`: whether its replies go on at once, or wait for the
 * nightly sync. `odd`: words for what became of a message that are not known here. `forged`: not signed as agreed, or too old. `unreadable` says why, without a number or a text.
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
  /** Whether the carrier refuses our login: it needs a person. */
  refused?: boolean;
  /** Its answer while it takes nothing, for a trouble of its own. */
  refusing?: string | null;
};

/** An open line to a carrier. It reconnects by itself until it is closed. */
export type CarrierSession = {
  /** The most messages that may be submitted and unanswered at once; one while the carrier takes nothing. */
  window: number;
  /** Resolves when messages can be submitted; at once if they can now. Rejects when the session is closed. */
  whenReady(): Promise<void>;
  /** One promise per message, in order. None rejects, none is forgotten: a cut or a timeout answers `unknown`. */
  submit(batch: OutboundMessage[]): Promise<SubmitResult>[];
  /** Replies that stand above `afterId`, oldest first. Reads only: changes nothing on the device. Rejects when it can't be asked. */
  pollReplies?(afterId: number | null): Promise<PolledPage>;
  /** The results of messages submitted earlier, by the references that `submit` answered. Those not known yet are left out. */
  pollReceipts?(references: string[]): Promise<InboundReceipt[]>;
  health(): SessionHealth;
  /** Waits up to `graceMs` for answers under way, says goodbye and closes. */
  close(graceMs: number): Promise<void>;
};

export type Capabilities = {
  route: 'premium' | 'lowcost';
  replies: 'push' | 'poll' | 'both' | 'none';
  receipts: 'push' | 'poll' | 'none';
  /** The most messages in one call. */
  maxBatch: number;
  dedupe: 'client-id' | 'none';
  cursor: 'id' | 'time' | 'destructive' | 'none';
};

/**
 * `webhookUrl`: where the carrier reaches us, for those that are told with each message; null where no public address is known.
 * `slot`: which of the carrier's sessions this is, from 0.
 */
export type OpenDeps = { events: CarrierEvents; log: Logger; webhookUrl?: string | null; slot?: number };

/** A kind of carrier: its settings' schema (fields with `meta({ secret: true })` are encrypted), what it can do, how to open it. */
export type Carrier<S extends z.ZodObject = z.ZodObject> = {
  name: string;
  settings: S;
  capabilities: Capabilities;
  open(settings: z.infer<S>, deps: OpenDeps): CarrierSession;
  /** The limits of each SIM, for a carrier that sends by SIMs. */
  sims?(settings: z.infer<S>): SimLimits;
  /** Pure: verifies that the carrier made the request, and reads it. What it answers is committed before the carrier is told 200. */
  parseWebhook?(settings: z.infer<S>, request: WebhookRequest): WebhookContent;
  /** Whether it signs nothing, so that the secret that was agreed stands in the address it is given, as `?secret=…`. */
  secretInAddress?: boolean;
  /** Facts that neither its documentation nor its library states, for the person who adds it. */
  unverified?: SentenceKey[];
  /** Asks the carrier something that sends nothing: null when it lets us in, else why not. */
  check?(settings: z.infer<S>): Promise<string | null>;
};

export const defineCarrier = <S extends z.ZodObject>(carrier: Carrier<S>): Carrier<S> => carrier;
