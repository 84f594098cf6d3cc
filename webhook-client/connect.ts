import { isIP, connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Guard, Target } from './guard.ts';
import { AttemptFault, codeOf, wordingOf } from './outcome.ts';

/** Milliseconds per phase; null if it did not happen. */
export type Phases = { dnsMs: number | null; connectMs: number | null; tlsMs: number | null };

export type Opened = { socket: Socket; remoteAddress: string };

const CONNECT_MS = 5000;
/** Time per address, as one may lead nowhere (often IPv6). */
const NEXT_ADDRESS_MS = 1000;

/**
 * A socket to a URL's host: all its addresses are checked, one is connected to, and where that led is checked again before a byte
 * is written. Within 5 s, with DNS and TLS. Fills in `phases`. `ca` replaces the machine's certificate authorities.
 */
export async function open(
  target: Target,
  { guard, ca, signal, phases }: { guard: Guard; ca: string | undefined; signal: AbortSignal; phases: Phases },
): Promise<Opened> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]);
  const watch = stopwatch();
  const checked = await unlessAborted(guard.check(target.url.href), limit);
  if (isIP(target.host) === 0) phases.dnsMs = watch();
  if (!checked.ok) throw new AttemptFault(checked.kind === 'dns' ? 'dns' : 'egress_blocked', checked.reason);

  const socket = await dial(checked.addresses, target.port, limit);
  phases.connectMs = watch();
  const { remoteAddress } = socket;
  if (remoteAddress === undefined || !guard.allows(remoteAddress)) {
    socket.destroy();
    throw remoteAddress === undefined
      ? new AttemptFault('reset', 'the connection was closed as soon as it was open')
      : new AttemptFault('egress_blocked', `the connection led to ${remoteAddress}`);
  }
  if (target.url.protocol !== 'https:') return { socket, remoteAddress };
  const secure = await encrypt(socket, target.host, ca, limit);
  phases.tlsMs = watch();
  return { socket: secure, remoteAddress };
}

/** Milliseconds since the last call, to a tenth. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const passed = now - last;
    last = now;
    return Math.round(passed * 10) / 10;
  };
}

/** Tries the checked addresses in turn; Node's `lookup` is asked for names only, and returns them. */
function dial(addresses: string[], port: number, signal: AbortSignal): Promise<Socket> {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, _options, done) => done(null, checked);
  const socket = connectTcp({
    host: 'checked.invalid',
    port,
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    noDelay: true,
  });
  return ready(socket, 'connect', signal);
}

async function encrypt(socket: Socket, host: string, ca: string | undefined, signal: AbortSignal): Promise<Socket> {
  const secure = connectTls({
    socket,
    // The certificate must match the URL's name; an address has no SNI.
    ...(isIP(host) === 0 ? { host, servername: host } : { host }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  });
  try {
    return await ready(secure, 'secureConnect', signal);
  } catch (error) {
    socket.destroy();
    if (signal.aborted || !(error instanceof Error) || codeOf(error) === 'ECONNRESET') throw error;
    throw new AttemptFault('tls', wordingOf(error));
  }
}

/** Resolves when ready; destroys the socket on failure or timeout. */
function ready<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<S>();
  const abort = (): void => void socket.destroy(asError(signal.reason));
  const fail = (error: Error): void => reject(error);
  const close = (): void => reject(new AttemptFault('reset', 'the connection was closed as soon as it was open'));
  socket.once(event, () => resolve(socket));
  socket.once('error', fail);
  socket.once('close', close);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return promise.finally(() => {
    signal.removeEventListener('abort', abort);
    socket.off('close', close);
    // The error listener stays: a socket may fail between two owners.
  });
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(asError(signal.reason));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort));
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
