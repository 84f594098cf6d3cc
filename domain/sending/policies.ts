type Mode = 'off' | 'warn' | 'refuse';

/** `refuse` and `hold` act, `warn` says so in the answer, `off` is silent. */
export type Policies = {
  /** Whether a STOP is confirmed by one SMS, where the carrier allows it. */
  stopConfirmation: boolean;
  stopText: string | null;
  /** The answer to CONTACT; null answers nothing. */
  contactText: string | null;
  quietHours: 'off' | 'warn' | 'hold';
  quietPreset: 'standard' | 'strict';
  /** Marketing to France by the lowcost route. */
  lowcostMarketing: 'off' | 'warn' | 'refuse';
  /** Numbers of fixed lines, which get no SMS. */
  landlines: Mode;
  /** Sender IDs that no operator confirmed as a brand of the account. */
  brandRegistration: Mode;
  /** In France: sender IDs that say of nobody whose message it is. */
  genericSenders: Mode;
  /** Policies that hold instead for recipients of a country. */
  senderOverrides: Record<string, { brandRegistration?: Mode | undefined; genericSenders?: Mode | undefined }>;
  /** The words that marketing to France gets for STOP where its text has none; null: ours. */
  stopMention: string | null;
  /** The treatment of marketing to France without such words that comes by another provider's API: ours always adds them. */
  missingStop: 'add' | 'refuse';
  /** How many days texts, and people after their last message, are kept; null: for ever. */
  keepTextsDays: number | null;
  keepContactsDays: number | null;
  /** How many days messages, replies, their events and deliveries are kept at all; null: for ever. */
  keepRowsDays: number | null;
};

export const DEFAULT_POLICIES: Policies = {
  stopConfirmation: true,
  stopText: null,
  contactText: null,
  quietHours: 'warn',
  quietPreset: 'standard',
  lowcostMarketing: 'warn',
  landlines: 'warn',
  brandRegistration: 'warn',
  genericSenders: 'warn',
  senderOverrides: {},
  stopMention: null,
  missingStop: 'add',
  keepTextsDays: null,
  keepContactsDays: null,
  keepRowsDays: null,
};
