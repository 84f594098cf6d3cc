import type { Way } from '../calls.ts';
import type { SubmitResult } from '../carrier.ts';
import type { Called } from './call.ts';
import type { Answer } from './settings.ts';
import { at, textAt } from './template.ts';

/** A result, and what it says about the connection (login, address, network); in such trouble no other message need try. */
export type Judged = { result: SubmitResult; way: Way | null };

const THROTTLED_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;
/** Statuses of wrong settings, not of the message. */
const MISPLACED = new Set([404, 405, 410]);

const only = (result: SubmitResult): Judged => ({ result, way: null });
const trouble = (is: 'away' | 'refused', reason: string): Judged => ({
  result: { outcome: 'unsent', reason },
  way: { is, reason },
});
const throttled = (retryAfter: string | undefined): Judged =>
  only({ outcome: 'throttled', retryAfterMs: pauseOf(retryAfter, THROTTLED_MS) });

export function judge(called: Called, answer: Answer): Judged {
  if (called.kind === 'unsent') return trouble('away', called.reason);
  if (called.kind === 'unknown') return only({ outcome: 'unknown', reason: called.reason });
  const { status, retryAfter, text } = called;
  const document = READERS[answer.format ?? 'json'](text);
  const code = textAt(document, answer.code);
  const name = code ?? `http-${status}`;
  const judged = bySettings(answer, [code, String(status)], name, retryAfter) ?? byStatus(status, name, retryAfter);
  if (judged) return judged;
  if (answer.accepted && (code === undefined || !answer.accepted.includes(code)))
    return only(code === undefined ? { outcome: 'unknown', reason: 'unreadable-answer' } : { outcome: 'rejected', code });
  const references = referencesIn(document, answer.reference);
  if (references.length === 0) return only({ outcome: 'unknown', reason: 'unreadable-answer' });
  return { result: { outcome: 'accepted', references }, way: { is: 'open' } };
}

/** The outcome configured for the first of these codes. */
function bySettings({ outcomes = {} }: Answer, codes: (string | undefined)[], name: string, retryAfter: string | undefined) {
  const [known] = codes.flatMap((code) => (code === undefined ? [] : (outcomes[code] ?? [])));
  if (known === undefined) return undefined;
  if (known === 'throttled') return throttled(retryAfter);
  return only(known === 'rejected' ? { outcome: known, code: name } : { outcome: known, reason: name });
}

/** The outcome by status; undefined if it means accepted. */
function byStatus(status: number, name: string, retryAfter: string | undefined): Judged | undefined {
  if (status === 401 || status === 403) return trouble('refused', name);
  if ((status >= 300 && status < 400) || MISPLACED.has(status)) return trouble('refused', name);
  if (status === 429 || status === 425) return throttled(retryAfter);
  // A timeout, or a failure while processing: it may have been sent.
  if (status === 408 || status >= 500 || status < 200) return only({ outcome: 'unknown', reason: name });
  return status >= 400 ? only({ outcome: 'rejected', code: name }) : undefined;
}

function referencesIn(document: unknown, path: string): string[] {
  const found = at(document, path);
  return (Array.isArray(found) ? found : [found]).flatMap((value) => textAt({ value }, 'value') ?? []);
}

const READERS: Record<NonNullable<Answer['format']>, (text: string) => unknown> = {
  json: readJson,
  form: (text) => Object.fromEntries(new URLSearchParams(text.trim())),
  text: (text) => (/^\s*</.test(text) ? undefined : { words: text.split(/[^\p{L}\p{N}_.@+-]+/u).filter((word) => word !== '') }),
};

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pauseOf(retryAfter: string | undefined, otherwise: number): number {
  if (retryAfter === undefined) return otherwise;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) ? Math.min(LONGEST_PAUSE_MS, Math.max(1, ms)) : otherwise;
}
