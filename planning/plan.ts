import type { HashPhone } from '../database/contacts/phone-hash.ts';
import type { Database } from '../database/orm.ts';
import type { CountryReach } from '../domain/numbers/country-rules.ts';
import type { QuietEffect } from '../domain/sending/quiet-effect.ts';
import type { SegmentEncoding } from '../domain/sms/segments.ts';
import type { AnswerBy, Origin, Refusal, SenderRequest } from '../domain/sending/sender-policy.ts';
import type { Warning } from '../domain/problems/warning.ts';
import type { SmsTemplate } from '../templates/sms.ts';

/** `added`: messages that got a mention of STOP. `missing`: those that need one, and there is no number to name. */
export type StopEffect = { added: number; missing: number };
export const NO_STOPS: StopEffect = { added: 0, missing: 0 };

/** `text` has merge tags, `sender` is as the customer wrote it. */
export type CampaignRequest = SenderRequest & {
  /** Where the tags of the text are not ours: what fills it in. */
  template?: SmsTemplate;
  /** When it begins: codes that are free again by then are free. */
  sendAt: Date | null;
  purpose: 'marketing' | 'transactional';
  /** Whether characters that cost more are written plainly. */
  optimise: boolean;
  /** As they came: each is looked at here, so that every bad row is named. */
  recipients: readonly unknown[];
};

export type PlannedMessage = Origin & {
  row: number;
  to: string;
  country: string;
  text: string;
  segments: number;
  reference: string | null;
  /** Whether another campaign awaits replies from this phone by the same code. */
  ambiguous: boolean;
  /** Whether only campaigns of the own account do. */
  ambiguousOwn: boolean;
  encoding: SegmentEncoding;
  /** Millionths of the currency; null where no price is set. */
  costMicros: number | null;
};

/** The plan of a list, whether or not it may go. */
export type CampaignPlan = {
  carrierId: string;
  answerBy: AnswerBy;
  /** The sender that all messages go out under, null where they differ. */
  wireSender: string | null;
  messages: PlannedMessage[];
  segments: number;
  /** Recipients left out because their number stood earlier in the list. */
  duplicatesRemoved: number;
  reach: CountryReach[];
  /** Null when no message has a price. */
  costMicros: number | null;
  quiet: QuietEffect;
  stops: StopEffect;
  /** Messages to fixed lines, where that is to be said. */
  landlines: number;
  warnings: Warning[];
  /** Why it may not go; nothing is stored while there is one. */
  refusals: Refusal[];
};

/** Where plans read from. `stopNumber`: where STOP is written to from France when a message has no number of its own. */
export type PlanningDeps = { db: Database; hashPhone: HashPhone; stopNumber?: string | null };
