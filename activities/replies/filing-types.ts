import type { Attribution } from '../../domain/replies/attribution.ts';
import type { KeywordRule } from '../../domain/replies/keyword-rules.ts';
import type { KeywordKind } from '../../domain/replies/keywords.ts';

/** A reply as it is read for filing. `renter` is the account whose number it was written to. */
export type Unfiled = {
  id: string;
  carrier_id: string;
  from_number: string;
  reply_code: string;
  text: string;
  received_at: Date;
  ingested_at: Date;
  partial: boolean;
  /** Whether it was looked at for a STOP, and obeyed, while it waited for its night. */
  stopChecked: 'obeyed' | 'looked-at' | null;
  /** In which a message must have been sent for this to answer it. */
  since: Date;
  until: Date;
  slackMs: number;
  kind: 'short-code' | 'virtual' | 'sim' | null;
  renter: string | null;
  /** Of the SIM written to. */
  port: number | null;
  /** Whether its carrier lets a STOP be confirmed. */
  stop_confirmations: boolean | null;
};

/** The message that a reply answers, as its event shows it. */
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

/** A reply whose account is known, in the order in which its conversation gets it. */
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
  /** The account's automatic answers. */
  rule: KeywordRule | null;
  conversationId: string | null;
  sequence: number | null;
};
