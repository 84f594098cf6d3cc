import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SmppSettings } from './settings.ts';

export type Host = { host: string; port: number };

/** Connects, over TLS if set. `ready`: connected, with the certificate verified. */
export function openSocket({ tls, clientKey }: SmppSettings, { host, port }: Host, ready: () => void): Socket {
  if (!tls) return tuned(connectTcp({ host, port }, ready));
  return tuned(
    connectTls(
      {
        host,
        port,
        rejectUnauthorized: tls.verify,
        ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls.certificate === undefined || clientKey === undefined ? {} : { cert: tls.certificate, key: clientKey }),
      },
      ready,
    ),
  );
}

function tuned(socket: Socket): Socket {
  // Writes are already batched.
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  return socket;
}
