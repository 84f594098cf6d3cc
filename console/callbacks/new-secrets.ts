/** Secrets that were made in this visit, by endpoint: shown on its page until the page is left, and kept nowhere. */
export const newSecrets = new Map<string, string>();
