/**
 * Workflows, database activities, and first callback attempts: activities on their run's queue start with the scheduling answer,
 * without a poll.
 */
export const CONTROL = 'control';
/** Separate, so that retries leave first attempts their slots. */
export const CALLBACKS_RETRY = 'callbacks-retry';
export const MAIL = 'mail';
/** Polled only by the holder of a carrier slot. */
export const carrierQueue = (carrierId: string): string => `carrier-${carrierId}`;
