/** Our own reasons and remedies; any other `reason` is the carrier's code. See docs/message-reasons.md. */
export const MESSAGE_REASONS = {
  'opted-out': 'skipped: the number is on the opt-out list. Leave it out.',
  expired: 'skipped: its validity ended before it could go. Allow it longer, or see why its line was held.',
  cancelled: 'skipped: its campaign was cancelled.',
  'account-closed': 'skipped: its account was closed. Open it again, and send what still matters again.',
  'spend-limit': 'skipped: more than was left when it was to go. Raise the limit and send it again.',
  'lowcost-marketing': 'skipped: the policy refuses marketing to France by lowcost. Send it by premium.',
  'number-released': 'skipped: the number it goes from is no longer rented. Rent one, and send it again.',
  'quiet-hours': 'queued: it waits for the recipient’s hours and goes by itself.',
  'sim-daily-cap': 'queued: its SIM has sent what it may today; it goes by itself.',
  throttled: 'queued: the carrier asked for a pause; it goes by itself.',
  'session-lost': 'in_doubt: the line was cut before the answer. It may have gone, and is not sent again.',
  restored: 'in_doubt: the database was restored from before it went. It may have gone.',
  'no answer in time': 'in_doubt: the carrier did not answer. It may have gone, and is not sent again.',
} as const satisfies Record<string, string>;
