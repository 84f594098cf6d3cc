import type { Logger } from 'pino';
import type { BindCommand } from './codec/pdu.ts';
import { openConnection } from './connection.ts';
import type { Connection, MessagePdu } from './connection.ts';
import type { SmppSettings } from './settings.ts';
import type { Host } from './socket.ts';

/** A link that held that long was sound: the next loss begins again with the shortest wait. */
const SOUND_MS = 10_000;

type LinkState = 'closed' | 'connecting' | 'binding' | 'bound' | 'draining';

export type LinkHandlers = {
  bound(connection: Connection): void;
  message(pdu: MessagePdu, connection: Connection): void;
  caughtUp(): void;
  /** The connection that was bound is gone. */
  lost(reason: string): void;
};

export type Link = {
  state(): LinkState;
  since(): Date;
  lastError(): string | null;
  /** Whether the carrier refused our login the last time. */
  refused(): boolean;
  drop(reason: string): void;
  /** From now on a lost connection is not opened again. */
  drain(): void;
  close(graceMs: number): Promise<void>;
};

/**
 * CLOSED → CONNECTING → BINDING → BOUND → DRAINING, and back to CONNECTING after a loss, with full jitter: to its own host first,
 * which is the one whose turn `home` is, then to one after the other.
 */
export function openLink(
  settings: SmppSettings,
  { bind, home, log }: { bind: BindCommand; home: number; log: Logger },
  handlers: LinkHandlers,
): Link {
  const hosts: Host[] = [{ host: settings.host, port: settings.port }, ...settings.otherHosts];
  let turn = home;
  let state: LinkState = 'closed';
  let since = new Date();
  let lastError: string | null = null;
  let loginRefused = false;
  let connection: Connection | null = null;
  let retry: NodeJS.Timeout | null = null;
  let opened = 0;
  let failures = 0;
  let ending = false;

  function enter(next: LinkState): void {
    state = next;
    since = new Date();
  }

  function connect(): void {
    retry = null;
    enter('connecting');
    let boundAt: number | null = null;
    connection = openConnection(
      settings,
      { bind, host: hosts[turn % hosts.length] ?? settings, number: ++opened, log },
      {
        binding: () => enter('binding'),
        bound(fresh) {
          boundAt = performance.now();
          lastError = null;
          loginRefused = false;
          enter('bound');
          log.info({ bind }, 'Bound to the carrier');
          handlers.bound(fresh);
        },
        message: (pdu, from) => handlers.message(pdu, from),
        caughtUp: () => handlers.caughtUp(),
        lost(reason, refused) {
          connection = null;
          enter('closed');
          turn = boundAt === null ? turn + 1 : home;
          if (boundAt !== null) handlers.lost(reason);
          if (ending) return;
          lastError = reason;
          loginRefused = refused;
          if (boundAt !== null && performance.now() - boundAt >= SOUND_MS) failures = 0;
          const retryInMs = refused ? refusedWaitMs() : waitMs();
          if (refused)
            log.error(
              { alarm: 'smpp-login-refused', bind, reason, retryInMs },
              'The carrier refuses our login: check the settings',
            );
          else log.warn({ bind, reason, retryInMs }, boundAt === null ? 'No connection to the carrier' : 'Lost the carrier');
          retry = setTimeout(connect, retryInMs);
        },
      },
    );
  }

  /** Anything up to a limit that doubles: a hundred clients of a restarted carrier come back spread out. */
  function waitMs(): number {
    const limit = Math.min(
      settings.reconnectMaxMs,
      settings.reconnectMinMs * 2 ** Math.min(Math.floor(failures / hosts.length), 20),
    );
    failures++;
    return Math.ceil(Math.random() * limit);
  }

  const refusedWaitMs = (): number => Math.ceil(settings.refusedRetryMs * (0.5 + Math.random() / 2));

  connect();
  return {
    state: () => state,
    since: () => since,
    lastError: () => lastError,
    refused: () => loginRefused,
    drop: (reason) => connection?.drop(reason),
    drain() {
      ending = true;
      if (retry) clearTimeout(retry);
      if (state === 'bound') enter('draining');
      else connection?.drop('closed');
    },
    async close(graceMs) {
      ending = true;
      if (retry) clearTimeout(retry);
      await connection?.unbind(graceMs);
    },
  };
}
