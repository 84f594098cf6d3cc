/**
 * Workflows, activities that only need the database, and first attempts of callbacks: what is on the queue of its run comes back
 * with the answer that scheduled it and waits for no poll.
 */
export const CONTROL = 'control';
/** A queue of their own: first attempts do not wait for the slots of retries. */
export const CALLBACKS_RETRY = 'callbacks-retry';
export const MAIL = 'mail';
/** Polled only by the process that holds a slot of the carrier. */
export const carrierQueue = (carrierId: string): string => `carrier-${carrierId}`;
