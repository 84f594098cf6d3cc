import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Carrier, CarrierSession, OutboundMessage } from '../../carriers/carrier.ts';
import type { Secrets } from '../../database/secrets.ts';
import { rows } from '../../database/sql.ts';
import { openCarrierLine, type CarrierRow, type Line } from './carrier-line.ts';
import type { ClaimFacts } from './claim-facts.ts';
import { createKeyedSemaphore } from '../keyed-semaphore.ts';
import { createBeats } from './line-heartbeats.ts';
import type { ProductMetrics } from '../product-metrics.ts';
import type { OnCallbacksDue } from '../wake-run.ts';
import { acquireSlot, releaseSlot } from './slot-lease.ts';
import { SlotLost } from './send-loop.ts';

/** The carrier lines whose slots this process holds. */
export type CarrierLines = {
  /** Gives each of an account's messages one turn. Rejects with SlotLost when this process holds no slot of the carrier. */
  send(carrierId: string, messages: OutboundMessage[], account?: string): Promise<void>;
  /** The session of a held slot, for polling a gateway. */
  session(carrierId: string): CarrierSession;
  health(): { carrierId: string; slot: number; state: string }[];
  /**
   * Starts taking slots. `startWorker` polls the carrier's task queue, only while a slot is held: a polling standby would claim
   * work it can't do.
   */
  start(startWorker: StartWorker): void;
  stop(): Promise<void>;
};
type StartWorker = (carrierId: string) => Promise<{ shutdown(): Promise<void> }>;

export type CarrierLinesDeps = {
  pool: Pool;
  secrets: Secrets;
  registry: Record<string, Carrier>;
  log: Logger;
  /** This process's name in the leases. */
  holder: string;
  /** Names of the carriers to open; `*` for all. */
  carriers: string[];
  country: string;
  publicUrl?: string | undefined;
  deliverReplies: (ids: string[]) => void;
  onCallbacksDue: OnCallbacksDue;
  /** Facts of a number for the claim. */
  mark: (message: OutboundMessage) => ClaimFacts;
  metrics?: Pick<ProductMetrics, 'submitted' | 'receipt'>;
  lookEveryMs?: number;
};

const BEAT_MS = 2000;

type Standing = CarrierLinesDeps & {
  lines: Map<string, Line>;
  /** Lines closing to be reopened. */
  closing: Set<Promise<void>>;
  workers: Map<string, ReturnType<StartWorker>>;
  inTurn: ReturnType<typeof createKeyedSemaphore>;
  stopping: boolean;
};

/** Opens the carriers' free slots and renews their leases. */
export function openCarrierLines(deps: CarrierLinesDeps): CarrierLines {
  const { pool, log, holder, lookEveryMs = 1000 } = deps;
  const inTurn = createKeyedSemaphore(1);
  const at: Standing = { ...deps, lines: new Map(), closing: new Set(), workers: new Map(), inTurn, stopping: false };
  let looking: Promise<void> = Promise.resolve();
  let timers: NodeJS.Timeout[] = [];
  const beat = createBeats(pool, holder);

  /** Reports the lines' state and learns which carriers are paused. */
  async function tell(): Promise<void> {
    const all = [...at.lines.values()];
    const paused = await beat(
      all.map(({ slot, session, loop }) => ({
        slot,
        window: session.window,
        accepted: loop.accepted(),
        health: session.health(),
      })),
    );
    for (const { slot, loop } of all) loop.pause(paused.has(slot.carrierId));
  }
  function heldLines(carrierId: string): [Line, ...Line[]] {
    const [line, ...others] = linesOf(at, carrierId);
    if (!line) throw new SlotLost('this process holds no slot of the carrier');
    return [line, ...others];
  }

  return {
    async send(carrierId, messages, account) {
      const all = heldLines(carrierId);
      const share = Math.ceil(messages.length / all.length);
      await Promise.all(all.map((each, index) => each.loop.send(messages.slice(index * share, (index + 1) * share), account)));
    },
    session: (carrierId) => heldLines(carrierId)[0].session,
    health: () =>
      [...at.lines.values()].map(({ slot, session }) => ({
        carrierId: slot.carrierId,
        slot: slot.slot,
        state: session.health().state,
      })),
    start(startWorker) {
      const again = () =>
        at.stopping
          ? undefined
          : look(at, startWorker).catch((error: unknown) => log.warn({ err: error }, 'the carriers could not be read'));
      looking = looking.then(again);
      timers = [
        setInterval(() => {
          looking = looking.then(again);
        }, lookEveryMs),
        setInterval(() => {
          tell().catch((error: unknown) => log.warn({ err: error }, 'the lines could not be told of'));
        }, BEAT_MS),
      ];
    },
    async stop() {
      at.stopping = true;
      for (const timer of timers) clearInterval(timer);
      await looking;
      await Promise.all([...at.closing, ...[...at.lines.values()].map((line) => line.close(true))]);
    },
  };
}

const keyOf = (carrierId: string, slot: number): string => `${carrierId} ${slot}`;
const linesOf = (at: Standing, carrierId: string): Line[] =>
  [...at.lines.values()].filter((line) => line.slot.carrierId === carrierId);

/** Takes free slots and reopens lines whose settings changed. */
async function look(at: Standing, startWorker: StartWorker): Promise<void> {
  const found = await rows<CarrierRow>(
    at.pool,
    `select id, name, type, route, settings, secrets, slots from carriers where $1 or name = any($2::text[]) order by name`,
    [at.carriers.includes('*'), at.carriers],
  );
  for (const row of found) {
    for (const line of linesOf(at, row.id)) if (line.changed(row)) renewLine(at, row.name, line);
    for (let slot = 0; slot < row.slots && !at.stopping; slot++)
      if (!at.lines.has(keyOf(row.id, slot))) await takeSlot(at, row, slot, startWorker);
  }
}

async function takeSlot(at: Standing, row: CarrierRow, number: number, startWorker: StartWorker): Promise<void> {
  const { pool, log, holder, lines, workers } = at;
  const slot = await acquireSlot(pool, row.id, number, holder);
  if (!slot) return;
  const key = keyOf(row.id, number);
  const onClosing = () => {
    lines.delete(key);
    return linesOf(at, row.id).length === 0 ? stopWorker(at, row.id) : undefined;
  };
  try {
    lines.set(key, await openCarrierLine({ ...at, onClosing }, row, slot));
    if (!workers.has(row.id)) workers.set(row.id, startWorker(row.id));
    await workers.get(row.id);
    log.info({ carrier: row.name, slot: number }, 'carrier slot taken');
  } catch (error) {
    log.error({ err: error, carrier: row.name, slot: number }, 'a carrier could not be opened');
    await releaseSlot(pool, slot);
  }
}

async function stopWorker({ workers }: Standing, carrierId: string): Promise<void> {
  const worker = workers.get(carrierId);
  workers.delete(carrierId);
  await (await worker)?.shutdown();
}

/** Messages under way are answered first; the slot is then free and retaken with the new settings. */
function renewLine({ log, closing }: Standing, carrier: string, line: Line): void {
  log.info({ carrier, slot: line.slot.slot }, 'the settings have changed: the line is opened again');
  const closed = line.close(true).finally(() => closing.delete(closed));
  closing.add(closed);
}
