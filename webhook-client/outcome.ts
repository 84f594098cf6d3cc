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

/** A failure whose class is known where it happens. The message is the operator's. */
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

/** The class of a thrown failure. One with an unknown code broke an open connection: `reset`. */
export function readFault(error: unknown): { class: AttemptClass; error: string } {
  if (error instanceof AttemptFault) return { class: error.class, error: error.message };
  if (!(error instanceof Error)) return { class: 'reset', error: String(error).slice(0, 500) };
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return { class: 'timeout', error: 'took longer than its time limit' };
  return { class: CLASSES[codeOf(error)] ?? 'reset', error: wordingOf(error) };
}

/** Whether the name servers said that there is no such host, as against saying nothing. */
export const isUnknownHost = (kind: AttemptClass, error: string | null): boolean =>
  kind === 'dns' && /ENOTFOUND|ENODATA|has no address$/.test(error ?? '');

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Code and message; of several connections that were tried in vain, each one's message. */
export function wordingOf(error: Error): string {
  const message = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
  const code = codeOf(error);
  return (code === '' || message.includes(code) ? message : `${code}: ${message}`).slice(0, 500);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
