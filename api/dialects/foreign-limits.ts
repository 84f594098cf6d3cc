/** Some ten thousand recipients with their values. */
export const FOREIGN_BODY_BYTES = 2 * 1024 * 1024;
