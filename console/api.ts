import { hc } from 'hono/client';
import type { ApiType } from '../api/app.ts';
import { spokenLocale } from './i18n/dictionary.ts';

/** Reads each body at once: an unread response keeps its connection. */
async function whole(...asked: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...asked);
  const body = await answer.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, answer);
}

/** The API, typed by its routes. The header proves same origin: no other site can send it. */
export const { v1 } = hc<ApiType>('/', {
  fetch: whole,
  headers: () => ({ 'x-requested-with': 'console', 'accept-language': spokenLocale() }),
});

export type Fault = { field: string; row?: number | undefined; problem: string; remedy: string };

/** An error response of the API, in the reader's language. */
export class Refusal extends Error {
  readonly code: string;
  readonly faults: Fault[];

  constructor(code: string, detail: string, faults: Fault[]) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.faults = faults;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function faultsOf(errors: unknown): Fault[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map(({ field, row, problem, remedy }) => ({
    field: textOf(field),
    problem: textOf(problem),
    remedy: textOf(remedy),
    ...(typeof row === 'number' ? { row } : {}),
  }));
}

export async function refusalOf(response: { status: number; text(): Promise<string> }): Promise<Refusal> {
  try {
    const body: unknown = JSON.parse(await response.text());
    if (isRecord(body)) return new Refusal(textOf(body['code']), textOf(body['detail']), faultsOf(body['errors']));
  } catch {
    // Not a problem document: a proxy answered.
  }
  return new Refusal('other', '', []);
}

type Answer = { status: number; ok: boolean; text(): Promise<string>; json(): Promise<unknown> };
type Good<R> = R extends { status: 200 | 201 | 202; json(): Promise<infer T> } ? T : R extends { status: 204 } ? null : never;

/** The body of a successful response, throwing `Refusal` otherwise. Only the type knows which statuses succeed. */
export function ask<R extends Answer>(asked: Promise<R>): Promise<Good<R>>;
export async function ask(asked: Promise<Answer>): Promise<unknown> {
  const response = await asked;
  if (!response.ok) throw await refusalOf(response);
  return response.status === 204 ? null : response.json();
}

/** For Idempotency-Key. `crypto.randomUUID` is missing on plain http. */
export const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join('-');
