import type { Attribution } from '../../domain/replies/attribution.ts';
import type { KeywordRule } from '../../domain/replies/keyword-rules.ts';
import type { KeywordKind } from '../../domain/replies/keywords.ts';

/** A reply read for filing. `renter`: the account renting the number it was sent to. */
export type Unfiled = {
  id: string;
  carrier_id: string;
  from_number: string;
  reply_code: string;
  text: string;
  received_at: Date;
  ingested_at: Date;
  partial: boolean;
  /** Whether it was checked for a STOP, and obeyed, before its release. */
  stopChecked: 'obeyed' | 'looked-at' | null;
  /** When an answered message must have been sent. */
  since: Date;
  until: Date;
  slackMs: number;
  kind: 'short-code' | 'virtual' | 'sim' | null;
  renter: string | null;
  /** Port of the SIM it was sent to. */
  port: number | null;
  stop_confirmations: boolean | null;
};

/** The message a reply answers, as events show it. */
export type Answered = {
  id: string;
  text: string;
  submitted_at: Date;
  reference: string | null;
  /** Whether its replies are shown. */
  two_way: boolean;
  campaign_id: string | null;
  campaign_name: string | null;
  request_id: string | null;
};

/** A reply with its account, in conversation order. */
export type Filed = {
  reply: Partial<Pick<Unfiled, 'stopChecked'>> &
    Pick<Unfiled, 'id' | 'carrier_id' | 'from_number' | 'reply_code' | 'text' | 'received_at' | 'partial'> &
    Partial<Pick<Unfiled, 'port' | 'stop_confirmations'>>;
  accountId: string;
  attribution: Attribution;
  answered: Answered | null;
  hidden: boolean;
  keyword: Exclude<KeywordKind, 'none'> | null;
  optOut: boolean;
  rule: KeywordRule | null;
  conversationId: string | null;
  sequence: number | null;
};
