import type { Carrier, CarrierSession } from '../../carriers/carrier.ts';
import { webhookUrl } from '../../carriers/webhook-url.ts';
import { openIngest } from '../replies/ingest-replies.ts';
import type { CarrierLinesDeps } from './carrier-lines.ts';
import { createInboundBackpressure } from './inbound-backpressure.ts';
import { createReceiptIngest } from './ingest-receipts.ts';
import { openSimPace } from './sim-pace.ts';
import { releaseSlot, renewSlot, STOP_AFTER_MS, type Slot } from './slot-lease.ts';
import { createSendLoop, type SendLoop } from './send-loop.ts';

export type CarrierRow = {
  id: string;
  name: string;
  type: string;
  route: string;
  settings: Record<string, unknown>;
  secrets: Buffer;
  slots: number;
};

/** One slot held by this process, with its session and send loop. */
export type Line = {
  slot: Slot;
  session: CarrierSession;
  loop: SendLoop;
  /** Whether the settings differ from those it was opened with. */
  changed(row: CarrierRow): boolean;
  close(drain: boolean): Promise<void>;
};

type Deps = CarrierLinesDeps & {
  /** Serialises work per key over all lines of this process. */
  inTurn: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  /** Called once when closing begins: stops the carrier's worker if this was its last line. */
  onClosing: () => Promise<void> | undefined;
};

const RENEW_MS = 3000;
const DRAIN_MS = 30_000;

export async function openCarrierLine(deps: Deps, row: CarrierRow, slot: Slot): Promise<Line> {
  const { pool, log } = deps;
  const carrier = deps.registry[row.type];
  if (!carrier) throw new Error(`Carrier type ${row.type} is not in the registry`);
  const secret = deps.secrets.open(row.secrets);
  const { session, loop, ingest } = await openSession(deps, row, slot, {
    carrier,
    settings: carrier.settings.parse({ ...row.settings, ...JSON.parse(secret) }),
    onLost: (reason) => void lease.lose(reason),
  });
  const lease = keepLease(deps, row, slot, { loop, close: () => close(false) });

  let closed: Promise<void> | undefined;
  function close(drain: boolean): Promise<void> {
    closed ??= (async () => {
      // Waiting batches fail at once so that the worker can end; messages under way are answered and stored.
      const stopped = loop.stop();
      const workerStopped = deps.onClosing();
      await session.close(drain ? DRAIN_MS : 0);
      if (drain) await stopped;
      lease.stop();
      await workerStopped;
      await ingest.close().catch((error: unknown) => log.warn({ err: error }, 'the end of a session could not be noted'));
      if (drain)
        await releaseSlot(pool, slot).catch((error: unknown) => log.warn({ err: error }, 'a slot could not be released'));
    })();
    return closed;
  }
  return {
    slot,
    session,
    loop,
    close,
    // Resealed secrets are other bytes with the same content.
    changed: (now) =>
      JSON.stringify(now.settings) !== JSON.stringify(row.settings) ||
      (!now.secrets.equals(row.secrets) && deps.secrets.open(now.secrets) !== secret),
  };
}

/** Opens the session, stores what it receives, and starts the send loop. */
async function openSession(
  deps: Deps,
  row: CarrierRow,
  slot: Slot,
  { carrier, settings, onLost }: { carrier: Carrier; settings: Record<string, unknown>; onLost: (reason: string) => void },
) {
  const { pool, country, metrics, onCallbacksDue } = deps;
  const log = deps.log.child({ carrier: row.name, slot: slot.slot });
  const inTurn: Deps['inTurn'] | undefined = row.slots > 1 ? (key, work) => deps.inTurn(`${row.id} ${key}`, work) : undefined;
  const ingest = await openIngest(deps, row.id, slot.slot, inTurn);
  const inbound = createInboundBackpressure();
  const takeReceipt = createReceiptIngest(pool, row.id, country, onCallbacksDue);
  const onReceipt: typeof takeReceipt = async (receipt) => {
    await takeReceipt(receipt);
    metrics?.receipt(row.name, receipt.status);
  };
  const session = carrier.open(settings, {
    log,
    events: inbound.watch({ onReply: ingest.onReply, onReceipt }),
    webhookUrl: webhookUrl(deps.publicUrl, row.id),
    slot: slot.slot,
  });
  const limits = carrier.sims?.(settings);
  const loop = createSendLoop({
    pool,
    slot,
    session,
    log: deps.log,
    mark: deps.mark,
    room: inbound.room,
    ...(limits ? { pace: await openSimPace(pool, row.id, limits) } : {}),
    onResult: (outcome) => metrics?.submitted(row.name, row.route, outcome),
    onLost,
  });
  return { session, loop, ingest };
}

/** Renews the slot's lease; a lost line is closed, and logged once. */
function keepLease(
  { pool, log }: Deps,
  row: CarrierRow,
  slot: Slot,
  { loop, close }: { loop: SendLoop; close: () => Promise<void> },
) {
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
    await close();
    // Nothing is written to this session any more; the next holder finds its messages in doubt. If this fails the lease expires.
    await releaseSlot(pool, slot).catch(() => {});
  }
  const timer = setInterval(() => void renew(), RENEW_MS);
  return { lose, stop: () => clearInterval(timer) };
}
