import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from '../../dev/launchers/child.ts';
import { freePort } from '../../dev/launchers/ports.ts';

const MODULE = 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0';
export const LINKS = ['postgres', 'temporal', 'smsc', 'smtp', 'endpoint'] as const;
export type Link = (typeof LINKS)[number];

/** Faults of a network. Each goes for both directions, but a close that is slow. */
export const TROUBLES = {
  latency: { type: 'latency', attributes: { latency: 300, jitter: 200 } },
  reset: { type: 'reset_peer', attributes: { timeout: 100 } },
  'half-open': { type: 'timeout', attributes: { timeout: 0 } },
  'slow-close': { type: 'slow_close', attributes: { delay: 3000 } },
  cut: { type: 'limit_data', attributes: { bytes: 20_000 } },
} as const;
export type Trouble = keyof typeof TROUBLES;

export type Links = AsyncDisposable & {
  /** Where the product is to look for each: as it was given, at the proxy's port. */
  at: Record<Link, string>;
  spoil(link: Link, trouble: Trouble): Promise<void>;
  mend(link: Link): Promise<void>;
};

/** The proxy's program: built with Go, once. */
async function toxiproxy(): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'aller-retour', 'toxiproxy');
  const program = join(folder, 'server');
  const there = await access(program).then(
    () => true,
    () => false,
  );
  if (there) return program;
  process.stderr.write('toxiproxy: building it with Go, once.\n');
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('go', ['install', MODULE], { env: { ...process.env, GOBIN: folder } });
  return program;
}

async function listening(port: number): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const there = await fetch(`http://127.0.0.1:${port}/version`).then(
      () => true,
      () => false,
    );
    if (there) return;
  }
  throw new Error('toxiproxy does not answer');
}

/** `upstream` by link: an address, or a URL with one. */
export async function startLinks(upstream: Record<Link, string>): Promise<Links> {
  await using starting = new AsyncDisposableStack();
  const port = await freePort();
  const child = await startChild({
    command: [await toxiproxy(), '-host', '127.0.0.1', '-port', String(port)],
    logFile: '/dev/null',
    endWith: 'TERM',
    graceSeconds: 5,
  });
  starting.use(child);
  await listening(port);
  const api = `http://127.0.0.1:${port}`;
  const call = async (method: string, path: string, body?: unknown): Promise<void> => {
    const response = await fetch(`${api}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!response.ok && response.status !== 404) throw new Error(`toxiproxy: ${await response.text()}`);
  };

  const at = { ...upstream };
  for (const link of LINKS) {
    const [address = ''] = /127\.0\.0\.1:\d+/.exec(upstream[link]) ?? [];
    const listen = `127.0.0.1:${await freePort()}`;
    await call('POST', '/proxies', { name: link, listen, upstream: address, enabled: true });
    at[link] = upstream[link].replace(address, listen);
  }
  const running = starting.move();
  return {
    at,
    async spoil(link, trouble) {
      for (const stream of trouble === 'slow-close' ? ['downstream'] : ['upstream', 'downstream'])
        await call('POST', `/proxies/${link}/toxics`, { name: `${trouble}-${stream}`, stream, ...TROUBLES[trouble] });
    },
    async mend(link) {
      for (const trouble of Object.keys(TROUBLES))
        for (const stream of ['upstream', 'downstream']) await call('DELETE', `/proxies/${link}/toxics/${trouble}-${stream}`);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
