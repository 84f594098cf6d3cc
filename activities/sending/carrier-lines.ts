import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Carrier, CarrierSession, OutboundMessage } from '../../carriers/carrier.ts';
import { webhookUrl } from '../../carriers/webhook-url.ts';
import type { Secrets } from '../../database/secrets.ts';
import { rows } from '../../database/sql.ts';
import type { ClaimFacts } from './claim-facts.ts';
import { openIngest } from '../replies/ingest-replies.ts';
import { createKeyedSemaphore } from './keyed-semaphore.ts';
import { createInboundBackpressure } from './inbound-backpressure.ts';
import { createBeats } from './line-heartbeats.ts';
import { createReceiptIngest } from './ingest-receipts.ts';
import type { ProductMetrics } from '../product-metrics.ts';
import type { OnCallbacksDue } from '../wake-run.ts';
import { openSimPace } from './sim-pace.ts';
import { acquireSlot, releaseSlot, renewSlot, STOP_AFTER_MS, type Slot } from './slot-lease.ts';
import { createSendLoop, SlotLost, type SendLoop } from './send-loop.ts';

type CarrierRow = {
  id: string;
  name: string;
  type: string;
  route: string;
  settings: Record<string, unknown>;
  secrets: Buffer;
  slots: number;
};

/** The lines to the carriers that this process holds slots of. */
export type CarrierLines = {
  /** Gives every message of an account one turn on a slot of that carrier. Rejects with SlotLost when this process holds none. */
  send(carrierId: string, messages: OutboundMessage[], account?: string): Promise<void>;
  /** The session of a slot held here, for asking a gateway for its replies. */
  session(carrierId: string): CarrierSession;
  health(): { carrierId: string; slot: number; state: string }[];
  /**
   * Begins to take slots. `startWorker` polls the carrier's task queue; it is called while a slot is held, and only then: a
   * standby that polls would claim work it can't do.
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
  /** Names this process in the leases. */
  holder: string;
  /** Names of the carriers to open; `*` for all. */
  carriers: string[];
  country: string;
  /** Where people and carriers reach this installation. */
  publicUrl?: string | undefined;
  deliverReplies: (ids: string[]) => void;
  onCallbacksDue: OnCallbacksDue;
  /** What a claim has to know of a number. */
  mark: (message: OutboundMessage) => ClaimFacts;
  metrics?: Pick<ProductMetrics, 'submitted' | 'receipt'>;
  lookEveryMs?: number;
};

type Line = {
  slot: Slot;
  session: CarrierSession;
  loop: SendLoop;
  /** Whether these are not the settings that it was opened with. */
  changed(row: CarrierRow): boolean;
  close(drain: boolean): Promise<void>;
};

const RENEW_MS = 3000;
const DRAIN_MS = 30_000;
const BEAT_MS = 2000;

/** Opens the carriers given, as their slots come free, and keeps their leases. */
export function openCarrierLines(deps: CarrierLinesDeps): CarrierLines {
  const { pool, log } = deps;
  const lines = new Map<string, Line>();
  const closing = new Set<Promise<void>>();
  const workers = new Map<string, Promise<{ shutdown(): Promise<void> }>>();
  let stopping = false;
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let beating: NodeJS.Timeout | undefined;
  const beat = createBeats(pool, deps.holder);

  const turns = createKeyedSemaphore(1);
  const keyOf = (carrierId: string, slot: number) => `${carrierId} ${slot}`;
  const linesOf = (carrierId: string) => [...lines.values()].filter((line) => line.slot.carrierId === carrierId);

  async function openLine(row: CarrierRow, slot: Slot): Promise<Line> {
    const carrier = deps.registry[row.type];
    if (!carrier) throw new Error(`Carrier type ${row.type} is not in the registry`);
    const secret = deps.secrets.open(row.secrets);
    const settings = carrier.settings.parse({ ...row.settings, ...JSON.parse(secret) });
    const { country, deliverReplies, onCallbacksDue } = deps;
    const ingest = await openIngest(
      { pool, log, country, deliverReplies, onCallbacksDue },
      row.id,
      slot.slot,
      row.slots > 1 ? (key, work) => turns(`${row.id} ${key}`, work) : undefined,
    );
    const inbound = createInboundBackpressure();
    const takeReceipt = createReceiptIngest(pool, row.id, deps.country, deps.onCallbacksDue);
    const onReceipt: typeof takeReceipt = async (receipt) => {
      await takeReceipt(receipt);
      deps.metrics?.receipt(row.name, receipt.status);
    };
    const session = carrier.open(settings, {
      log: log.child({ carrier: row.name, slot: slot.slot }),
      events: inbound.watch({ onReply: ingest.onReply, onReceipt }),
      webhookUrl: webhookUrl(deps.publicUrl, row.id),
      slot: slot.slot,
    });
    const limits = carrier.sims?.(settings);
    const pace = limits && (await openSimPace(pool, row.id, limits));
    const loop = createSendLoop({
      pool,
      slot,
      session,
      log,
      mark: deps.mark,
      room: inbound.room,
      ...(pace ? { pace } : {}),
      onResult: (outcome) => deps.metrics?.submitted(row.name, row.route, outcome),
      onLost: (reason) => void lose(reason),
    });

    let renewedAt = performance.now();
    let lost = false;
    async function renew(): Promise<void> {
      const startedAt = performance.now();
      const held = await renewSlot(pool, slot).catch(() => null);
      if (held) {
        renewedAt = startedAt;
        loop.renewed(startedAt);
      }
      if (held === false || performance.now() - renewedAt > STOP_AFTER_MS)
        await lose(held === false ? 'taken by another process' : 'not renewed in time');
    }
    async function lose(reason: string): Promise<void> {
      if (lost) return;
      lost = true;
      log.error({ carrier: row.name, slot: slot.slot, reason }, 'a carrier slot is lost; its session is closed');
      await close(false);
      // What was under way is in doubt to whoever takes it next; nothing is written to this session any more. Where this fails, the
      // lease ends by itself.
      await releaseSlot(pool, slot).catch(() => {});
    }
    const timer = setInterval(() => void renew(), RENEW_MS);

    // Sealed anew they are other bytes, and the same secrets.
    const changed = (now: CarrierRow): boolean =>
      JSON.stringify(now.settings) !== JSON.stringify(row.settings) ||
      (!now.secrets.equals(row.secrets) && deps.secrets.open(now.secrets) !== secret);

    let closed: Promise<void> | undefined;
    function close(drain: boolean): Promise<void> {
      closed ??= (async () => {
        lines.delete(keyOf(row.id, slot.slot));
        // Waiting batches fail at once, so that the worker can end; what is on its way is answered and stored.
        const stopped = loop.stop();
        const workerStopped = linesOf(row.id).length === 0 ? stopWorker(row.id) : undefined;
        await session.close(drain ? DRAIN_MS : 0);
        if (drain) await stopped;
        clearInterval(timer);
        await workerStopped;
        await ingest.close().catch((error: unknown) => log.warn({ err: error }, 'the end of a session could not be noted'));
        if (drain)
          await releaseSlot(pool, slot).catch((error: unknown) => log.warn({ err: error }, 'a slot could not be released'));
      })();
      return closed;
    }
    return { slot, session, loop, changed, close };
  }

  async function stopWorker(carrierId: string): Promise<void> {
    const worker = workers.get(carrierId);
    workers.delete(carrierId);
    await (await worker)?.shutdown();
  }

  async function look(startWorker: StartWorker): Promise<void> {
    const all = deps.carriers.includes('*');
    const found = await rows<CarrierRow>(
      pool,
      `select id, name, type, route, settings, secrets, slots from carriers where $1 or name = any($2::text[]) order by name`,
      [all, deps.carriers],
    );
    for (const row of found) {
      for (const line of linesOf(row.id)) if (line.changed(row)) renewLine(row.name, line);
      for (let number = 0; number < row.slots && !stopping; number++) {
        if (lines.has(keyOf(row.id, number))) continue;
        const slot = await acquireSlot(pool, row.id, number, deps.holder);
        if (!slot) continue;
        try {
          lines.set(keyOf(row.id, number), await openLine(row, slot));
          if (!workers.has(row.id)) workers.set(row.id, startWorker(row.id));
          await workers.get(row.id);
          log.info({ carrier: row.name, slot: number }, 'carrier slot taken');
        } catch (error) {
          log.error({ err: error, carrier: row.name, slot: number }, 'a carrier could not be opened');
          await releaseSlot(pool, slot);
        }
      }
    }
  }

  /** Under way is answered; its slot is free then, and taken with the settings of that moment. */
  function renewLine(carrier: string, line: Line): void {
    log.info({ carrier, slot: line.slot.slot }, 'the settings have changed: the line is opened again');
    const closed = line.close(true).finally(() => closing.delete(closed));
    closing.add(closed);
  }

  /** Tells how the lines are, and hears which carriers are paused. */
  async function tell(): Promise<void> {
    const all = [...lines.values()];
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

  return {
    async send(carrierId, messages, account) {
      const [line, ...others] = linesOf(carrierId);
      if (!line) throw new SlotLost('this process holds no slot of the carrier');
      const all = [line, ...others];
      const share = Math.ceil(messages.length / all.length);
      await Promise.all(all.map((each, index) => each.loop.send(messages.slice(index * share, (index + 1) * share), account)));
    },
    session(carrierId) {
      const [line] = linesOf(carrierId);
      if (!line) throw new SlotLost('this process holds no slot of the carrier');
      return line.session;
    },
    health: () =>
      [...lines.values()].map((line) => ({
        carrierId: line.slot.carrierId,
        slot: line.slot.slot,
        state: line.session.health().state,
      })),
    start(startWorker) {
      const again = () =>
        stopping
          ? undefined
          : look(startWorker).catch((error: unknown) => log.warn({ err: error }, 'the carriers could not be read'));
      looking = looking.then(again);
      timer = setInterval(() => {
        looking = looking.then(again);
      }, deps.lookEveryMs ?? 1000);
      beating = setInterval(() => {
        tell().catch((error: unknown) => log.warn({ err: error }, 'the lines could not be told of'));
      }, BEAT_MS);
    },
    async stop() {
      stopping = true;
      clearInterval(timer);
      clearInterval(beating);
      await looking;
      await Promise.all([...closing, ...[...lines.values()].map((line) => line.close(true))]);
    },
  };
}
