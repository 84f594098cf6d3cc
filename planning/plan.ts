import type { HashPhone } from '../database/contacts/phone-hash.ts';
import type { Database } from '../database/orm.ts';
import type { CountryReach } from '../domain/numbers/country-rules.ts';
import type { QuietEffect } from '../domain/sending/quiet-effect.ts';
import type { SegmentEncoding } from '../domain/sms/segments.ts';
import type { AnswerBy, Origin, Refusal, SenderRequest } from '../domain/sending/sender-policy.ts';
import type { Warning } from '../domain/problems/warning.ts';
import type { SmsTemplate } from '../templates/sms.ts';

/** Messages with an added STOP mention, and those with no number to name. */
export type StopEffect = { added: number; missing: number };
export const NO_STOPS: StopEffect = { added: 0, missing: 0 };

/** `text` has merge tags; `sender` as the customer wrote it. */
export type CampaignRequest = SenderRequest & {
  /** Another template language's renderer. */
  template?: SmsTemplate;
  /** Start, when codes must be free. */
  sendAt: Date | null;
  purpose: 'marketing' | 'transactional';
  /** Replace characters that make the SMS longer. */
  optimise: boolean;
  /** Raw, so that every bad row is reported. */
  recipients: readonly unknown[];
};

export type PlannedMessage = Origin & {
  row: number;
  to: string;
  country: string;
  text: string;
  segments: number;
  reference: string | null;
  /** Another campaign awaits replies from this phone by the same code. */
  ambiguous: boolean;
  /** Only the account's own campaigns do. */
  ambiguousOwn: boolean;
  encoding: SegmentEncoding;
  /** Millionths of the currency; null without a price. */
  costMicros: number | null;
};

export type CampaignPlan = {
  carrierId: string;
  answerBy: AnswerBy;
  /** Common sender, null if they differ. */
  wireSender: string | null;
  messages: PlannedMessage[];
  segments: number;
  duplicatesRemoved: number;
  reach: CountryReach[];
  /** Null when no message has a price. */
  costMicros: number | null;
  quiet: QuietEffect;
  stops: StopEffect;
  /** Messages to landlines, if to be warned of. */
  landlines: number;
  warnings: Warning[];
  /** Nothing is stored while there is one. */
  refusals: Refusal[];
};

/** `stopNumber`: number for STOP from France on messages without their own. */
export type PlanningDeps = { db: Database; hashPhone: HashPhone; stopNumber?: string | null };
