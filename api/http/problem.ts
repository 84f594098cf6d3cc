import { z, type OpenAPIHono } from '@hono/zod-openapi';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isUnreachable } from '../../database/sql.ts';
import { AppError, detailOf, invalidRequest } from '../../domain/problems/errors.ts';
import { CATALOGUES, fault, faultView, said, type ErrorCode, type Said } from '../../domain/problems/said.ts';
import { speak } from './language.ts';
import { describeError } from './log.ts';
import type { ApiEnv } from '../services.ts';

/** Their words are in domain/problems/en/titles.ts. */
export const STATUS = {
  'invalid-request': 400,
  'invalid-rows': 422,
  'invalid-list': 422,
  'body-too-large': 413,
  unauthenticated: 401,
  'sign-in-failed': 401,
  'code-required': 401,
  'wrong-password': 403,
  'password-again': 403,
  'authenticator-required': 403,
  'too-many-attempts': 429,
  'limit-reached': 409,
  'too-many-requests': 429,
  'too-many-at-once': 429,
  'no-mail': 409,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'answered-meanwhile': 409,
  'idempotency-key-reused': 422,
  'idempotency-key-in-flight': 409,
  'two-way-off': 403,
  'opted-out': 422,
  'price-missing': 409,
  'spend-limit': 409,
  'lowcost-marketing': 422,
  'no-carrier': 422,
  'no-reply-code': 422,
  'sender-missing': 422,
  'sender-invalid': 422,
  'sender-unregistered': 422,
  'sender-generic': 422,
  'placeholder-without-replies': 422,
  'brand-without-code': 422,
  'number-not-rented': 422,
  'number-unavailable': 409,
  'unsafe-url': 422,
  'nothing-to-replay': 409,
  'try-later': 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** Seconds until a temporary refusal is worth another try. */
const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = {
  'idempotency-key-in-flight': 2,
  'try-later': 5,
  'too-many-attempts': 900,
};

export const Fault = z
  .object({
    field: z.string(),
    row: z.number().int().optional().openapi({ description: 'Place in the list of recipients, from 1' }),
    code: z.string().openapi({ description: 'Never renamed: what a program may branch on', example: 'phone-unassigned' }),
    problem: z.string(),
    remedy: z.string(),
  })
  .openapi('Fault');

export const Problem = z
  .object({
    type: z.string().openapi({ example: 'urn:aller-retour:problem:invalid-request' }),
    title: z.string(),
    status: z.number().int(),
    code: z.string().openapi({ description: 'Never renamed: what a program may branch on', example: 'invalid-request' }),
    detail: z.string(),
    remedy: z.string().openapi({ description: 'What to do about it' }),
    requestId: z.string(),
    errors: z.array(Fault).optional(),
  })
  .openapi('Problem');

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: Problem } } });

export const problems = {
  400: problem('The request is not valid; `errors` names each field and its remedy'),
  401: problem('No API key, or one that is unknown or revoked'),
  403: problem('The key may not do this'),
  429: problem('Too many requests; try again after `Retry-After` seconds'),
  500: problem('Something went wrong on our side; quote `requestId`'),
  503: problem('A part we need is out of reach; try again after `Retry-After` seconds'),
} as const;
export const notFound = { 404: problem('No such thing, or not in this account') } as const;
export const tooMany = { 429: problems[429] } as const;
export const conflict = { 409: problem('Not possible in the present state') } as const;
export const refused = {
  413: problem('The body is too large'),
  422: problem('Understood and refused; `errors` says why'),
} as const;

function answer(c: Context<ApiEnv>, error: AppError): Response {
  const status = STATUS[error.code];
  const language = speak(c);
  const [title, , remedy] = CATALOGUES[language].titles[error.code];
  const requestId = c.get('requestId');
  const document = {
    type: `urn:aller-retour:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: detailOf(error, language),
    remedy,
    requestId,
    ...(error.faults.length > 0 ? { errors: error.faults.map((each) => faultView(each, language)) } : {}),
  };
  const retryAfter = RETRY_AFTER_S[error.code];
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
  if (error.code === 'unauthenticated') c.header('WWW-Authenticate', 'Bearer');
  return c.body(JSON.stringify(document), status, { 'Content-Type': 'application/problem+json' });
}

/** A framework error as ours; undefined for an unexpected one. */
function expected(error: Error): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status === 400) return invalidRequest(fault('body', 'not-json'));
  if (error instanceof HTTPException && error.status === 415) return invalidRequest(fault('content-type', 'json-type'));
  return undefined;
}

/** Installs the error handler, and the answer for unknown routes. */
export function translateErrors(app: OpenAPIHono<ApiEnv>): void {
  app.onError((error, c) => {
    const known = expected(error);
    if (known) return answer(c, known);
    if (isUnreachable(error)) {
      c.get('log').warn({ error: describeError(error) }, 'the database is out of reach');
      return answer(c, new AppError('try-later'));
    }
    c.get('log').error({ error: describeError(error) }, 'request failed');
    return answer(c, new AppError('internal'));
  });
  app.notFound((c) => answer(c, new AppError('not-found', said('no-route'))));
}

/** Another account's row and a missing one are answered alike. */
export const missing = (): AppError => new AppError('not-found');
/** Throws `not-found` for a missing row. */
export function existing<T>(row: T | null | undefined): T {
  if (row === null || row === undefined) throw missing();
  return row;
}
/** Turns a unique violation into a `conflict`. */
export const refuseTaken =
  (why: Said) =>
  (error: unknown): never => {
    throw error instanceof UniqueConstraintViolationException ? new AppError('conflict', why) : error;
  };
