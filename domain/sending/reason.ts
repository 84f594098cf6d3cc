/** Why something failed, for a person: the innermost cause, for `fetch failed` and the like say nothing. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // Of several addresses that were tried in vain, an AggregateError has a code only.
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
