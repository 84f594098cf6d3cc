import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/** One request that arrived. `verified`: its signature is right, by one of the secrets this endpoint knows. */
export type Call = {
  name: string;
  at: Date;
  id: string;
  attempt: number;
  headers: Record<string, string>;
  body: string;
  verified: boolean;
  answered: number | null;
};

const Behaviour = z.strictObject({
  /** Which path: `/hook/<name>`, or `hook` for `/hook`. */
  name: z.string().default('hook'),
  mode: z.enum(['ok', 'status', 'hang', 'drip', 'huge', 'redirect', 'close']),
  status: z.int().min(200).max(599).default(500),
  /** How many requests it holds for; without it until told otherwise. */
  times: z.int().min(1).optional(),
  latencyMs: z.int().min(0).default(0),
  headers: z.record(z.string(), z.string()).default({}),
});
export type Behaviour = z.input<typeof Behaviour>;
type Held = z.infer<typeof Behaviour> & { left: number };

export type Endpoint = AsyncDisposable & {
  url: string;
  port: number;
  calls: readonly Call[];
  addSecret(secret: string): void;
  behave(behaviour: Behaviour): void;
  /** Ends the requests that hang. */
  hangUp(name: string): void;
  clear(): void;
};

const REMEMBERED = 200_000;

type State = {
  calls: Call[];
  webhooks: Webhook[];
  behaviours: Map<string, Held>;
  hanging: Map<ServerResponse, string>;
  keepBodies: boolean;
};

const verifies = ({ webhooks }: State, body: string, headers: Record<string, string>): boolean =>
  webhooks.some((webhook) => {
    try {
      webhook.verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });

function take(state: State, name: string): Held | undefined {
  const held = state.behaviours.get(name) ?? state.behaviours.get('*');
  if (held && --held.left <= 0) state.behaviours.delete(held.name);
  return held;
}

function answer(state: State, response: ServerResponse, call: Call, held: Held | undefined): void {
  const end = (status: number, headers: Record<string, string> = {}, body = '') => {
    call.answered = status;
    response.writeHead(status, headers).end(body);
  };
  if (!held || held.mode === 'ok') return end(200, held?.headers, 'ok');
  switch (held.mode) {
    case 'status':
      return end(held.status, held.headers, `status ${held.status}`);
    case 'redirect':
      return end(302, { location: 'http://127.0.0.1:1/elsewhere' });
    case 'close':
      response.destroy();
      return undefined;
    case 'hang':
      state.hanging.set(response, call.name);
      response.on('close', () => state.hanging.delete(response));
      return undefined;
    case 'drip':
    case 'huge': {
      const size = held.mode === 'drip' ? 1 : 65_536;
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(size)), held.mode === 'drip' ? 300 : 1);
      response.on('close', () => clearInterval(timer));
      return undefined;
    }
    default:
      return held.mode satisfies never;
  }
}

type Posted = { name: string; request: IncomingMessage; response: ServerResponse; body: string };

function hook(state: State, { name, request, response, body }: Posted): void {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
  const call: Call = {
    name,
    at: new Date(),
    id: headers['webhook-id'] ?? '',
    attempt: Number(headers['x-attempt'] ?? 0),
    headers,
    body: state.keepBodies ? body : '',
    verified: verifies(state, body, headers),
    answered: null,
  };
  state.calls.push(call);
  if (state.calls.length > REMEMBERED) state.calls.splice(0, REMEMBERED / 10);
  const held = take(state, name);
  if (held && held.latencyMs > 0) setTimeout(() => answer(state, response, call, held), held.latencyMs);
  else answer(state, response, call, held);
}

function behave(state: State, wish: Behaviour): void {
  const behaviour = Behaviour.parse(wish);
  state.behaviours.set(behaviour.name, { ...behaviour, left: behaviour.times ?? Infinity });
}

function route(state: State, request: IncomingMessage, response: ServerResponse, body: string): void {
  const url = new URL(request.url ?? '/', 'http://endpoint');
  const json = (status: number, value: unknown) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const named = /^\/hook(?:\/([\w-]+))?$/.exec(url.pathname);
  if (named && request.method === 'POST') return hook(state, { name: named[1] ?? 'hook', request, response, body });
  if (url.pathname === '/log' && request.method === 'DELETE') state.calls.length = 0;
  const name = url.searchParams.get('name');
  if (url.pathname === '/log')
    return json(200, {
      total: state.calls.length,
      items: state.calls
        .filter((call) => name === null || call.name === name)
        .slice(-Number(url.searchParams.get('limit') ?? 1000)),
    });
  if (url.pathname === '/control' && request.method === 'POST') {
    behave(state, Behaviour.parse(JSON.parse(body)));
    return json(200, { ok: true });
  }
  if (url.pathname === '/secrets' && request.method === 'POST') {
    const { secret } = z.strictObject({ secret: z.string() }).parse(JSON.parse(body));
    state.webhooks.push(new Webhook(secret));
    return json(201, { secrets: state.webhooks.length });
  }
  return json(404, { error: 'POST /hook, GET /log, POST /control {mode}, POST /secrets {secret}' });
}

/** A customer's endpoint: verifies what is posted to it with the reference library, remembers it, and can be told to fail. */
export async function startEndpoint({
  port = 0,
  secrets = [],
  keepBodies = true,
}: { port?: number; secrets?: string[]; keepBodies?: boolean } = {}): Promise<Endpoint> {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  const state: State = { calls: [], webhooks, behaviours: new Map(), hanging: new Map(), keepBodies };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        route(state, request, response, Buffer.concat(chunks).toString('utf8'));
      } catch (error) {
        response.writeHead(400).end(error instanceof Error ? error.message : '');
      }
    });
  });
  server.keepAliveTimeout = 10_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The endpoint has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    calls: state.calls,
    addSecret: (secret) => void state.webhooks.push(new Webhook(secret)),
    behave: (behaviour) => behave(state, behaviour),
    hangUp: (name) => state.hanging.forEach((its, response) => its === name && response.destroy()),
    clear: () => void state.calls.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
