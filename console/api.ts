import { hc } from 'hono/client';
import type { ApiType } from '../api/app.ts';
import { spokenLocale } from './i18n/dictionary.ts';

/** Reads each answer to its end: an answer that is not stored keeps its connection until then. */
async function whole(...asked: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...asked);
  const body = await answer.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, answer);
}

/** The product's own API, typed by its routes. The header is what no other site can send. */
export const { v1 } = hc<ApiType>('/', {
  fetch: whole,
  headers: () => ({ 'x-requested-with': 'console', 'accept-language': spokenLocale() }),
});

export type Fault = { field: string; row?: number | undefined; problem: string; remedy: string };

/** A refusal, in the reader's words. */
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

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function faultsOf(errors: unknown): Fault[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map(({ field, row, problem, remedy }) => ({
    field: textOf(field),
    problem: textOf(problem),
    remedy: textOf(remedy),
    ...(typeof row === 'number' ? { row } : {}),
  }));
}

/** The error of an unexpected answer. */
export async function refusalOf(response: { status: number; text(): Promise<string> }): Promise<Refusal> {
  try {
    const body: unknown = JSON.parse(await response.text());
    if (isRecord(body)) return new Refusal(textOf(body['code']), textOf(body['detail']), faultsOf(body['errors']));
  } catch {
    // No problem document: something between us and the product answered.
  }
  return new Refusal('other', '', []);
}

type Answer = { status: number; ok: boolean; text(): Promise<string>; json(): Promise<unknown> };
type Good<R> = R extends { status: 200 | 201 | 202; json(): Promise<infer T> } ? T : R extends { status: 204 } ? null : never;

/** The body of an answer that is none of the refusals: which of a route's answers these are, only its type knows. */
export function ask<R extends Answer>(asked: Promise<R>): Promise<Good<R>>;
export async function ask(asked: Promise<Answer>): Promise<unknown> {
  const response = await asked;
  if (!response.ok) throw await refusalOf(response);
  return response.status === 204 ? null : response.json();
}

/** For an Idempotency-Key. `crypto.randomUUID` is not there on plain http. */
export const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join('-');
