import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

/** A small HTTP server of the simulated world, on loopback; `close` drops what is still open. */
export const serveOnLoopback = (app: Hono, port = 0): Promise<{ url: string; port: number; close(): Promise<void> }> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (info) =>
      resolve({
        url: `http://127.0.0.1:${info.port}`,
        port: info.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      }),
    );
    server.once('error', reject);
  });
