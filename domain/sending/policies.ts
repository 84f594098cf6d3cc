type Mode = 'off' | 'warn' | 'refuse';

/** `refuse` and `hold` act, `warn` warns, `off` is silent. */
export type Policies = {
  /** Where the carrier allows it. */
  stopConfirmation: boolean;
  stopText: string | null;
  /** Null: no answer. */
  contactText: string | null;
  quietHours: 'off' | 'warn' | 'hold';
  quietPreset: 'standard' | 'strict';
  /** Marketing to France. */
  lowcostMarketing: 'off' | 'warn' | 'refuse';
  /** Fixed lines, which get no SMS. */
  landlines: Mode;
  /** Sender IDs not confirmed as brands of the account. */
  brandRegistration: Mode;
  /** In France: sender IDs that name nobody. */
  genericSenders: Mode;
  /** By recipients' country. */
  senderOverrides: Record<string, { brandRegistration?: Mode | undefined; genericSenders?: Mode | undefined }>;
  /** Added to marketing to France without one; null: the default. */
  stopMention: string | null;
  /** For sends by another provider's API; our own always add it. */
  missingStop: 'add' | 'refuse';
  /** Null: for ever. Contacts count from their last message. */
  keepTextsDays: number | null;
  keepContactsDays: number | null;
  /** Messages, replies, their events and deliveries; null: for ever. */
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
