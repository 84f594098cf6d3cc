import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { createGuard } from '../../webhook-client/guard.ts';
import { createPoster, type AttemptResult } from '../../webhook-client/request.ts';
import { createResolve } from '../../webhook-client/resolve.ts';
import { startNameServer, type Zone } from '../fixtures/name-server.ts';

const INSIDE = '127.0.0.2';

/** A server on one address of loopback; how many connections it had. */
async function startServer(server: Server, host = '127.0.0.1', port = 0) {
  let connections = 0;
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    port: address.port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** A poster for whom 127.0.0.1 alone is outside, and whose names are the zone's. */
async function startPoster(zone: Zone, ca?: string) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startNameServer(zone));
  const resolve = createResolve({ servers: [server.address], hosts: new Map() });
  const guard = createGuard({ allowHttp: true, ports: 'any', allowCidrs: ['127.0.0.1/32'], resolve });
  const poster = createPoster({ guard, ...(ca === undefined ? {} : { ca }) });
  stack.defer(() => poster.close());
  const running = stack.move();
  return {
    asked: server.asked,
    post: (url: string, timeoutMs = 5000): Promise<AttemptResult> => poster.post({ url, headers: {}, body: '{}', timeoutMs }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const ok: RequestListener = (_request, response) => void response.end('ok');
const closing: RequestListener = (_request, response) => void response.writeHead(200, { connection: 'close' }).end('ok');

test('a name that moves after the check is connected where it was checked, then refused', async () => {
  await using outside = await startServer(createHttp(closing));
  await using inside = await startServer(createHttp(closing), INSIDE, outside.port);
  // Each look asks once for IPv4 and once for IPv6: from the second look on, the name leads inside.
  await using it = await startPoster((_name, times) => [times === 1 ? '127.0.0.1' : INSIDE]);
  const url = `http://rebinding.example:${outside.port}/in`;
  expect(await it.post(url)).toMatchObject({ ok: true, remoteAddress: '127.0.0.1' });
  expect(it.asked('rebinding.example')).toEqual([1, 1]);
  expect(await it.post(url)).toMatchObject({
    ok: false,
    class: 'egress_blocked',
    remoteAddress: null,
    error: `it leads to ${INSIDE}`,
  });
  expect([outside.connections(), inside.connections()]).toEqual([1, 0]);
});

test('of several addresses one is inside: nothing is connected to at all', async () => {
  await using outside = await startServer(createHttp(ok));
  await using inside = await startServer(createHttp(ok), INSIDE, outside.port);
  await using it = await startPoster(() => ['127.0.0.1', INSIDE]);
  expect(await it.post(`http://both.example:${outside.port}/`)).toMatchObject({ class: 'egress_blocked' });
  expect([outside.connections(), inside.connections()]).toEqual([0, 0]);
});

test('a query goes over the wire byte for byte, and what no request line may hold is escaped', async () => {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  await using server = await startServer(
    createTcp((socket) => {
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
    }),
  );
  await using it = await startPoster(() => ['127.0.0.1']);
  const query = `?k='a'&t=é€😀&p=%c3%A9%27&q=%zz&r="<>|^\`{}&u=http://x/../y?z`;
  expect(await it.post(`http://query.example:${server.port}/a/../in${query}&s=a b `)).toMatchObject({ ok: true, status: 200 });
  const head = (await promise).toString('utf8');
  expect(head.slice(0, head.indexOf('\r\n'))).toBe(`POST /in${query}&s=a%20b HTTP/1.1`);
  expect(head).toContain(`host: query.example:${server.port}`);
});

test('a redirect is a failure that says where it pointed, and is never followed', async () => {
  await using inside = await startServer(createHttp(ok), INSIDE);
  for (const status of [301, 302, 303, 307, 308]) {
    const location = `http://${INSIDE}:${inside.port}/secret`;
    await using outside = await startServer(
      createHttp((_request, response) => void response.writeHead(status, { location }).end()),
    );
    await using it = await startPoster(() => ['127.0.0.1']);
    const result = await it.post(`http://redirects.example:${outside.port}/`);
    expect(result).toMatchObject({ ok: false, class: 'redirect', status, error: `answered ${status}, pointing to ${location}` });
  }
  expect(inside.connections()).toBe(0);
});

test('a name server that says nothing costs an attempt its connect time, not more', async () => {
  await using it = await startPoster(() => 'silent');
  const begun = performance.now();
  expect(await it.post('https://silent.example/', 20_000)).toMatchObject({ ok: false, class: 'dns' });
  expect(performance.now() - begun).toBeLessThan(8000);
});

const certificate = (commonName: string, names: string[]) =>
  generate([{ name: 'commonName', value: commonName }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) }],
  });

test('TLS: the certificate must be for the name in the URL and from an authority that is known', async () => {
  const { private: key, cert } = await certificate('right.example', ['right.example']);
  await using server = await startServer(createHttps({ key, cert }, ok));
  await using knowing = await startPoster(() => ['127.0.0.1'], cert);
  await using stranger = await startPoster(() => ['127.0.0.1']);
  expect(await knowing.post(`https://right.example:${server.port}/`)).toMatchObject({ ok: true, status: 200 });
  expect(await knowing.post(`https://wrong.example:${server.port}/`)).toMatchObject({
    ok: false,
    class: 'tls',
    status: null,
    error: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
  });
  expect(await knowing.post(`https://127.0.0.1:${server.port}/`)).toMatchObject({ class: 'tls' });
  expect(await stranger.post(`https://right.example:${server.port}/`)).toMatchObject({
    ok: false,
    class: 'tls',
    error: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/),
  });
});

test('a server that speaks no TLS, or nothing at all, ends within the time limit', async () => {
  await using plain = await startServer(createHttp(ok));
  await using mute = await startServer(createTcp(() => {}));
  await using it = await startPoster(() => ['127.0.0.1']);
  expect(await it.post(`https://plain.example:${plain.port}/`)).toMatchObject({ ok: false, class: 'tls' });
  for (const scheme of ['http', 'https']) {
    const begun = performance.now();
    expect(await it.post(`${scheme}://mute.example:${mute.port}/`, 1000)).toMatchObject({ ok: false, class: 'timeout' });
    expect(performance.now() - begun).toBeLessThan(4000);
  }
});

/** What an attempt at a server that answers with these bytes, again and again, comes to: its result, its time and its memory. */
async function flooded(head: string, chunk: Buffer | string, everyMs: number, timeoutMs: number) {
  let sent = 0;
  await using server = await startServer(
    createTcp((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(head);
        const push = (): void => {
          if (socket.destroyed) return;
          sent += chunk.length;
          if (everyMs === 0 && socket.write(chunk)) setImmediate(push);
          else if (everyMs === 0) socket.once('drain', push);
          else {
            socket.write(chunk);
            setTimeout(push, everyMs);
          }
        };
        push();
      });
    }),
  );
  await using it = await startPoster(() => ['127.0.0.1']);
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  const result = await it.post(`http://flood.example:${server.port}/`, timeoutMs);
  return { result, ms: performance.now() - begun, grownMb: (process.memoryUsage().rss - before) / 1_048_576, sent };
}

test('a body that drips one byte at a time ends at the attempt’s own limit; its head had decided', async () => {
  const { result, ms } = await flooded('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n', 'x', 100, 1500);
  expect(result).toMatchObject({ ok: true, status: 200, error: expect.stringContaining('broke off') });
  expect(ms).toBeLessThan(5000);
});

test('headers that drip without end are a timeout', async () => {
  const { result, ms } = await flooded('HTTP/1.1 200 OK\r\n', 'x-y: z\r\n', 100, 1500);
  expect(result).toMatchObject({ ok: false, class: 'timeout', status: null });
  expect(ms).toBeLessThan(5000);
});

test('a body of a gigabyte is read up to 64 KiB and 16 KiB of it are kept', async () => {
  const { result, ms, grownMb, sent } = await flooded(
    'HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n',
    Buffer.alloc(65_536, 'x'),
    0,
    15_000,
  );
  expect(result).toMatchObject({ ok: true, status: 200 });
  expect(result.bodyExcerpt).toHaveLength(16_384);
  expect(sent).toBeLessThan(64 * 1_048_576);
  expect(ms).toBeLessThan(10_000);
  expect(grownMb).toBeLessThan(150);
});

test('headers without end are cut off, in time and in memory', async () => {
  const { result, ms, grownMb } = await flooded('HTTP/1.1 200 OK\r\n', `x-y: ${'z'.repeat(8000)}\r\n`, 0, 15_000);
  expect(result).toMatchObject({ ok: false, status: null });
  expect(ms).toBeLessThan(10_000);
  expect(grownMb).toBeLessThan(150);
});

test('answers of the kind "go on" without end are cut off too', async () => {
  const { result, ms, grownMb } = await flooded('', 'HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n', 0, 2000);
  expect(result).toMatchObject({ ok: false, status: null });
  expect(ms).toBeLessThan(10_000);
  expect(grownMb).toBeLessThan(150);
});
