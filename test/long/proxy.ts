import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** A proxy as operators have one in front: it asks each API whether it is ready, and another where one takes no connection. */
export async function startProxy() {
  const apis = new Map<string, boolean>();
  const look = async (): Promise<void> => {
    for (const url of apis.keys())
      apis.set(
        url,
        await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2000) }).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
  };
  const timer = setInterval(() => void look(), 250);
  let turn = 0;

  function pass(asked: IncomingMessage, answer: ServerResponse, body: Buffer, tried: Set<string>): void {
    const ready = [...apis].filter(([url, ok]) => ok && !tried.has(url)).map(([url]) => url);
    const url = ready[turn++ % Math.max(1, ready.length)];
    if (url === undefined) return void answer.writeHead(502).end('no API is ready');
    tried.add(url);
    const on = request(`${url}${asked.url}`, { method: asked.method ?? 'GET', headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    on.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') pass(asked, answer, body, tried);
      else answer.writeHead(502).end(error.message);
    });
    on.end(body);
  }

  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => pass(asked, answer, Buffer.concat(chunks), new Set()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async add(url: string): Promise<void> {
      apis.set(url, false);
      await look();
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
