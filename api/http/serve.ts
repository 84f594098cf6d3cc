import { serve, type ServerType } from '@hono/node-server';

type Served = AsyncDisposable & { port: number };
const CLOSE_MS = 5000;

/** Disposing waits up to 5 s for open requests. */
export const listen = (fetch: Parameters<typeof serve>[0]['fetch'], hostname: string, port: number): Promise<Served> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (info) =>
      resolve({ port: info.port, [Symbol.asyncDispose]: () => close(server) }),
    );
    server.once('error', reject);
  });

const close = (server: ServerType): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), CLOSE_MS).unref();
  });
