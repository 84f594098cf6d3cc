/**
 * `queued → submitting → accepted → delivered | undelivered | expired`.
 * `in_doubt`: it may have gone out and is never sent again; `unknown`: nothing came within 48 h to tell.
 * `skipped`: left out (opted out, cancelled); `failed`: refused for good; `simulated`: everything but the carrier.
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

/** The states in which a message may have reached its phone: the candidates of an attribution. */
export const MAY_HAVE_ARRIVED = ['submitting', 'accepted', 'delivered', 'undelivered', 'expired', 'in_doubt', 'unknown'] as const;
