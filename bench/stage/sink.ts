import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { z } from 'zod';

export const Behaviour = z.object({
  /** `black-hole` never answers. */
  mode: z.enum(['ok', 'status', 'black-hole']),
  latencyMs: z.number().default(0),
  status: z.number().default(500),
  headers: z.record(z.string(), z.string()).default({}),
});
export type Behaviour = z.input<typeof Behaviour>;

const Posted = z.object({ data: z.object({ reply: z.object({ text: z.string() }) }) });
const HOSTS = 200;

/** All customers' endpoints, each on a loopback address: the texts they took, and when. */
export async function startSink(latencyMs: number) {
  const behaviours = new Map<string, z.infer<typeof Behaviour>>();
  /** By reply text: when it was taken, and first refused or kept waiting. */
  const takenAt = new Map<string, number>();
  const failedAt = new Map<string, number>();
  let twice = 0;

  function take(text: string): void {
    if (takenAt.has(text)) twice++;
    else takenAt.set(text, performance.now());
  }

  function answer(response: ServerResponse, text: string, behaviour: z.infer<typeof Behaviour> | undefined): void {
    const mode = behaviour?.mode ?? 'ok';
    const headers = behaviour?.headers;
    if (mode === 'ok') take(text);
    else if (!failedAt.has(text)) failedAt.set(text, performance.now());
    switch (mode) {
      case 'ok':
        return void response.writeHead(200, headers).end('ok');
      case 'status':
        return void response.writeHead(behaviour?.status ?? 500, headers).end();
      case 'black-hole':
        return undefined;
      default:
        return mode satisfies never;
    }
  }

  const handle: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://sink');
      // Kannel posts by GET.
      const text = searchParams.get('text') ?? Posted.parse(JSON.parse(Buffer.concat(chunks).toString())).data.reply.text;
      const behaviour = behaviours.get(pathname);
      setTimeout(
        () => answer(response, text, behaviour),
        behaviour?.mode === 'ok' ? behaviour.latencyMs || latencyMs : latencyMs,
      );
    });
  };

  const port = await listen(handle, '127.0.0.1', 0);
  for (let n = 1; n <= HOSTS; n++) await listen(handle, `127.0.1.${n}`, port);

  return {
    port,
    takenAt,
    failedAt,
    take,
    twice: () => twice,
    behave(paths: string[], wish: Behaviour): void {
      for (const path of paths) behaviours.set(path, Behaviour.parse(wish));
    },
    reset(): void {
      takenAt.clear();
      failedAt.clear();
      twice = 0;
    },
  };
}

export const hostOf = (n: number): string => `127.0.1.${(n % HOSTS) + 1}`;

const listen = (handle: RequestListener, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer(handle).listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
    server.once('error', reject);
  });
