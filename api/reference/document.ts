import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Env } from 'hono';
import { record } from './json.ts';
import { allowNull, shareParts } from './shared-parts.ts';

const INFO = {
  title: 'Aller-Retour',
  version: '1',
  description:
    'Two-way SMS: campaigns go out, every reply comes home. Errors are problem documents (RFC 9457) whose `code` is never renamed. Lists answer `items` and `nextCursor`; times are ISO 8601 in UTC; phone numbers are E.164.',
};

const sorted = <T>(record: Record<string, T> | undefined): Record<string, T> =>
  Object.fromEntries(Object.entries(record ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The OpenAPI 3.1 document, with sorted keys. */
export function documentOf<E extends Env>(app: OpenAPIHono<E>) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: INFO,
    security: [{ key: [] }],
  });
  const { paths, parameters, responses } = shareParts(record(allowNull(document.paths)));
  return {
    openapi: document.openapi,
    info: document.info,
    security: document.security,
    paths: sorted(paths),
    components: {
      schemas: sorted(record(allowNull(document.components?.schemas))),
      parameters: sorted(parameters),
      responses: sorted(responses),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key: `ar_…` of an account, or `arop_…` of an operator for /v1/operator',
        },
      },
    },
  };
}

export type ApiDocument = ReturnType<typeof documentOf>;
