import type { Logger } from 'pino';
import type { BindCommand } from './codec/pdu.ts';
import { openConnection } from './connection.ts';
import type { Connection, MessagePdu } from './connection.ts';
import type { SmppSettings } from './settings.ts';
import type { Host } from './socket.ts';

/** After that long a lost link restarts with the shortest wait. */
const SOUND_MS = 10_000;

type LinkState = 'closed' | 'connecting' | 'binding' | 'bound' | 'draining';

export type LinkHandlers = {
  bound(connection: Connection): void;
  message(pdu: MessagePdu, connection: Connection): void;
  caughtUp(): void;
  lost(reason: string): void;
};

export type Link = ReturnType<typeof openLink>;

type Standing = {
  settings: SmppSettings;
  bind: BindCommand;
  log: Logger;
  handlers: LinkHandlers;
  hosts: Host[];
  /** First host to try, and the next. */
  home: number;
  turn: number;
  state: LinkState;
  since: Date;
  lastError: string | null;
  loginRefused: boolean;
  connection: Connection | null;
  retry: NodeJS.Timeout | undefined;
  opened: number;
  failures: number;
  ending: boolean;
};

/**
 * CLOSED → CONNECTING → BINDING → BOUND → DRAINING, and after a loss CONNECTING again, with full jitter: to host `home` first,
 * then the others in turn.
 */
export function openLink(
  settings: SmppSettings,
  { bind, home, log }: { bind: BindCommand; home: number; log: Logger },
  handlers: LinkHandlers,
) {
  const link: Standing = {
    settings,
    bind,
    log,
    handlers,
    hosts: [{ host: settings.host, port: settings.port }, ...settings.otherHosts],
    home,
    turn: home,
    state: 'closed',
    since: new Date(),
    lastError: null,
    loginRefused: false,
    connection: null,
    retry: undefined,
    opened: 0,
    failures: 0,
    ending: false,
  };
  connect(link);
  return {
    state: () => link.state,
    since: () => link.since,
    lastError: () => link.lastError,
    refused: () => link.loginRefused,
    drop: (reason: string) => link.connection?.drop(reason),
    /** Stops reconnecting. */
    drain(): void {
      link.ending = true;
      clearTimeout(link.retry);
      if (link.state === 'bound') enter(link, 'draining');
      else link.connection?.drop('closed');
    },
    async close(graceMs: number): Promise<void> {
      link.ending = true;
      clearTimeout(link.retry);
      await link.connection?.unbind(graceMs);
    },
  };
}

function enter(link: Standing, next: LinkState): void {
  link.state = next;
  link.since = new Date();
}

function connect(link: Standing): void {
  const { settings, bind, log, hosts, handlers } = link;
  enter(link, 'connecting');
  let boundAt: number | null = null;
  link.connection = openConnection(
    settings,
    { bind, host: hosts[link.turn % hosts.length] ?? settings, number: ++link.opened, log },
    {
      binding: () => enter(link, 'binding'),
      bound(fresh) {
        boundAt = performance.now();
        link.lastError = null;
        link.loginRefused = false;
        enter(link, 'bound');
        log.info({ bind }, 'Bound to the carrier');
        handlers.bound(fresh);
      },
      message: handlers.message,
      caughtUp: handlers.caughtUp,
      lost(reason, refused) {
        link.connection = null;
        enter(link, 'closed');
        link.turn = boundAt === null ? link.turn + 1 : link.home;
        if (boundAt !== null) handlers.lost(reason);
        if (!link.ending) comeBack(link, { reason, refused, boundAt });
      },
    },
  );
}

/** Reconnects after a wait; raises an alarm if the login was refused. */
function comeBack(
  link: Standing,
  { reason, refused, boundAt }: { reason: string; refused: boolean; boundAt: number | null },
): void {
  const { bind, log } = link;
  link.lastError = reason;
  link.loginRefused = refused;
  if (boundAt !== null && performance.now() - boundAt >= SOUND_MS) link.failures = 0;
  const retryInMs = refused ? refusedWaitMs(link) : waitMs(link);
  if (refused)
    log.error({ alarm: 'smpp-login-refused', bind, reason, retryInMs }, 'The carrier refuses our login: check the settings');
  else log.warn({ bind, reason, retryInMs }, boundAt === null ? 'No connection to the carrier' : 'Lost the carrier');
  link.retry = setTimeout(() => connect(link), retryInMs);
}

/** Random up to a doubling limit: clients of a restarted carrier return spread out. */
function waitMs(link: Standing): number {
  const { reconnectMinMs, reconnectMaxMs } = link.settings;
  const limit = Math.min(reconnectMaxMs, reconnectMinMs * 2 ** Math.min(Math.floor(link.failures / link.hosts.length), 20));
  link.failures++;
  return Math.ceil(Math.random() * limit);
}

const refusedWaitMs = ({ settings }: Standing): number => Math.ceil(settings.refusedRetryMs * (0.5 + Math.random() / 2));
