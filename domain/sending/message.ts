/**
 * `queued → submitting → accepted → delivered | undelivered | expired`. `in_doubt`: may have gone out, never sent again;
 * `unknown`: no news within 48 h; `skipped`: left out; `failed`: refused for good; `simulated`: everything but the carrier.
 */
export type MessageState =
  | 'queued'
  | 'submitting'
  | 'accepted'
  | 'delivered'
  | 'undelivered'
  | 'expired'
  | 'in_doubt'
  | 'unknown'
  | 'skipped'
  | 'failed'
  | 'simulated';

/** States in which a message may have arrived: candidates for attribution. */
export const MAY_HAVE_ARRIVED = ['submitting', 'accepted', 'delivered', 'undelivered', 'expired', 'in_doubt', 'unknown'] as const;
