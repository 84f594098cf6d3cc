export type AttemptClass =
  | 'ok'
  | 'dns'
  | 'refused'
  | 'reset'
  | 'tls'
  | 'timeout'
  | 'egress_blocked'
  | 'redirect'
  | 'http_4xx'
  | 'http_429'
  | 'http_5xx'
  | 'gone';

/** A failure of known class. The message is for the operator. */
export class AttemptFault extends Error {
  readonly class: AttemptClass;

  constructor(kind: AttemptClass, message: string) {
    super(message);
    this.name = 'AttemptFault';
    this.class = kind;
  }
}

export function classOfStatus(status: number): AttemptClass {
  if (status >= 200 && status < 300) return 'ok';
  if (status === 410) return 'gone';
  if (status === 429) return 'http_429';
  if (status >= 300 && status < 400) return 'redirect';
  return status >= 500 ? 'http_5xx' : 'http_4xx';
}

const CLASSES: Record<string, AttemptClass> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ETIMEDOUT: 'timeout',
};

/** Class of a thrown failure. Unknown codes broke an open connection: `reset`. */
export function readFault(error: unknown): { class: AttemptClass; error: string } {
  if (error instanceof AttemptFault) return { class: error.class, error: error.message };
  if (!(error instanceof Error)) return { class: 'reset', error: String(error).slice(0, 500) };
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return { class: 'timeout', error: 'took longer than its time limit' };
  return { class: CLASSES[codeOf(error)] ?? 'reset', error: wordingOf(error) };
}

/** The name servers said there is no such host, rather than nothing. */
export const isUnknownHost = (kind: AttemptClass, error: string | null): boolean =>
  kind === 'dns' && /ENOTFOUND|ENODATA|has no address$/.test(error ?? '');

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Code and message; all messages of several failed connections. */
export function wordingOf(error: Error): string {
  const message = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
  const code = codeOf(error);
  return (code === '' || message.includes(code) ? message : `${code}: ${message}`).slice(0, 500);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
