/** The innermost cause: outer ones, such as `fetch failed`, say nothing. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // An AggregateError of several addresses has only a code.
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
