import { randomUUID } from 'node:crypto';
import createFetch, { type Client, type Middleware } from 'openapi-fetch';
import { Webhook } from 'standardwebhooks';
import type { components, paths } from './schema.ts';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type Event = { id: string; type: string; timestamp: string; data: Record<string, unknown> };
type Page<T> = { items: T[]; nextCursor: string | null };

/** An error of the API; `problem` names field, row and remedy. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail} ${problem.remedy}`);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/** Routes that get an idempotency key by default, so that a retry does not send twice. */
const ONCE = /\/v1\/(?:campaigns|messages(?:\/bulk)?|conversations(?:\/[^/]+\/messages)?)$/;

const middleware = (key: string): Middleware => ({
  onRequest({ request }) {
    request.headers.set('authorization', `Bearer ${key}`);
    if (request.method === 'POST' && ONCE.test(new URL(request.url).pathname) && !request.headers.has('idempotency-key'))
      request.headers.set('idempotency-key', randomUUID());
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    throw new ApiError((await response.json()) as Problem);
  },
});

/** Seconds that a request waits for events. */
const WAIT_S = 20;

export type AllerRetour = Client<paths> & {
  /** Every item of all pages: `pages((cursor) => client.GET('/v1/replies', { params: { query: { cursor } } }))`. */
  pages<T>(ask: (cursor: string | undefined) => Promise<{ data?: Page<T> }>): AsyncGenerator<T>;
  events: {
    /** Events from now on, or after a stored cursor, until `signal` aborts. Store the cursor once an event is handled. */
    follow(options?: { after?: string; signal?: AbortSignal }): AsyncGenerator<{ event: Event; cursor: string }>;
  };
};

/** A client of one account, typed by openapi.json. */
export function createClient({ url, key, fetch }: { url: string; key: string; fetch?: typeof globalThis.fetch }): AllerRetour {
  const client = createFetch<paths>({ baseUrl: url, ...(fetch ? { fetch } : {}) });
  client.use(middleware(key));

  async function* pages<T>(ask: (cursor: string | undefined) => Promise<{ data?: Page<T> }>): AsyncGenerator<T> {
    for (let cursor: string | undefined; ;) {
      const { data } = await ask(cursor);
      yield* data?.items ?? [];
      if (!data?.nextCursor) return;
      cursor = data.nextCursor;
    }
  }
  return Object.assign(client, { pages, events: { follow } });

  async function* follow({ after = 'now', signal }: { after?: string; signal?: AbortSignal } = {}) {
    for (let cursor = after; !signal?.aborted;) {
      const { data } = await client.GET('/v1/events', {
        params: { query: { after: cursor, wait: WAIT_S } },
        ...(signal ? { signal } : {}),
      });
      if (!data) return;
      for (const [index, { body }] of data.items.entries()) {
        if (index === data.items.length - 1) cursor = data.nextCursor;
        yield { event: JSON.parse(body) as Event, cursor };
      }
      cursor = data.nextCursor;
    }
  }
}

/** The event of a callback. Takes the raw body; throws unless the signature is right. */
export function verify(body: string | Buffer, headers: Record<string, string | string[] | undefined>, secret: string): Event {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return new Webhook(secret).verify(body, plain) as Event;
}
