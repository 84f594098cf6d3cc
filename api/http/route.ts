import { createRoute, OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import type { AccountEnv, ApiEnv } from '../services.ts';
import { invalid } from './invalid.ts';
import { problems } from './problem.ts';
import { json } from './schemas.ts';

type Named = 'method' | 'path' | 'operationId' | 'tags';

/** Validation errors are answered field by field. */
export const forAccounts = () => new OpenAPIHono<AccountEnv>({ defaultHook: invalid });
export const forAnyone = () => new OpenAPIHono<ApiEnv>({ defaultHook: invalid });

/** Describes the routes of one chapter of the reference. */
export const routesOf =
  (tag: string) =>
  <const M extends RouteConfig['method'], const P extends string, R extends Omit<RouteConfig, Named> & { summary: string }>(
    method: M,
    path: P,
    operationId: string,
    rest: R,
  ) =>
    createRoute({ method, path, operationId, tags: [tag], ...rest });

type Answer<S extends number, T> = Record<S, { description: string; content: { 'application/json': { schema: T } } }> &
  typeof problems;

// A route's answers: its own, those of any route, and `more`.
export function ok<T extends z.ZodType>(description: string, schema: T): Answer<200, T>;
export function ok<T extends z.ZodType, M extends object>(description: string, schema: T, more: M): Answer<200, T> & M;
export function ok(description: string, schema: z.ZodType, more: object = {}): object {
  return { 200: { description, content: json(schema) }, ...problems, ...more };
}
export function created<T extends z.ZodType>(description: string, schema: T): Answer<201, T>;
export function created<T extends z.ZodType, M extends object>(description: string, schema: T, more: M): Answer<201, T> & M;
export function created(description: string, schema: z.ZodType, more: object = {}): object {
  return { 201: { description, content: json(schema) }, ...problems, ...more };
}
export function accepted<T extends z.ZodType, M extends object>(description: string, schema: T, more: M): Answer<202, T> & M {
  return { 202: { description, content: json(schema) }, ...problems, ...more };
}
export function done(description: string): Record<204, { description: string }> & typeof problems;
export function done<M extends object>(description: string, more: M): Record<204, { description: string }> & typeof problems & M;
export function done(description: string, more: object = {}): object {
  return { 204: { description }, ...problems, ...more };
}
