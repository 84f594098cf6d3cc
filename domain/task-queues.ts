/** Workflows, and activities that only need the database. */
export const CONTROL = 'control';
/** First attempts of callbacks, and their retries: two queues, so that neither waits for the other's slots. */
export const CALLBACKS = 'callbacks';
export const CALLBACKS_RETRY = 'callbacks-retry';
export const MAIL = 'mail';
/** Polled only by the process that holds a slot of the carrier. */
export const carrierQueue = (carrierId: string): string => `carrier-${carrierId}`;
