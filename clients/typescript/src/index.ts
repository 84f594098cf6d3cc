import { randomUUID } from 'node:crypto';
import createFetch, { type Client, type Middleware } from 'openapi-fetch';
import { Webhook } from 'standardwebhooks';
import type { components, paths } from './schema.ts';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type Event = { id: string; type: string; timestamp: string; data: Record<string, unknown> };
type Page<T> = { items: T[]; nextCursor: string | null };

/** A refusal of the API. `problem` names field, row and remedy. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail} ${problem.remedy}`);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/** Routes that do something once: without a key of their own they get one, so that a retry is not a second message. */
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

/** How long a question for events waits for one. */
const WAIT_S = 20;

export type AllerRetour = Client<paths> & {
  /** Every item of a list, page after page: `pages((cursor) => client.GET('/v1/replies', { params: { query: { cursor } } }))`. */
  pages<T>(ask: (cursor: string | undefined) => Promise<{ data?: Page<T> }>): AsyncGenerator<T>;
  events: {
    /** Events from now on, or after a cursor that you kept, until the signal ends it. Keep the cursor when you are done with the event. */
    follow(options?: { after?: string; signal?: AbortSignal }): AsyncGenerator<{ event: Event; cursor: string }>;
  };
};

/** A client of one account: every route by its path, with the types of openapi.json. */
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

/** The event of a callback, whose signature is right. Takes the body as it came, before any parser; throws for any other. */
export function verify(body: string | Buffer, headers: Record<string, string | string[] | undefined>, secret: string): Event {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return new Webhook(secret).verify(body, plain) as Event;
}
