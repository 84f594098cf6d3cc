import { STATUS, statusName } from '../../carriers/smpp/codec/status.ts';
import type { ShortMessage } from '../../carriers/smpp/codec/pdu.ts';
import type { SmscClient } from './smsc-client.ts';

type Delivery = { content: ShortMessage; tries: number; settle: { resolve(): void; reject(error: Error): void } | null };

export type Deliveries = {
  /** Resolves when a client acknowledged it; rejects when one refused it for good, or the SMSC stops. */
  bring(content: ShortMessage): Promise<void>;
  /** The same for what nobody waits for. */
  bringQuietly(content: ShortMessage): void;
  answered(client: SmscClient, sequence: number, status: number): void;
  /** What that client did not answer is brought again. */
  lost(client: SmscClient): void;
  /** Brings what can be: a client may have bound. */
  dispatch(): void;
  stop(): void;
};

export type DeliveryCounts = { delivered: number; acknowledged: number; redelivered: number; refused: number };

type Options = { receivers: () => SmscClient[]; window: number; redeliverMs: number; counts: DeliveryCounts };

/** Brings messages and receipts to whoever is bound to receive, by turns, until each was acknowledged. */
export function createDeliveries({ receivers, window, redeliverMs, counts }: Options): Deliveries {
  /** The next ones, last first, and behind them those that came meanwhile: both ends are cheap. */
  let next: Delivery[] = [];
  let behind: Delivery[] = [];
  const unanswered = new Map<SmscClient, Map<number, Delivery>>();
  const later = new Set<NodeJS.Timeout>();
  let turn = 0;
  let stopped = false;

  function take(): Delivery | undefined {
    if (next.length === 0) {
      next = behind.reverse();
      behind = [];
    }
    return next.pop();
  }

  function dispatch(): void {
    if (next.length + behind.length === 0) return;
    const clients = receivers();
    let full = 0;
    while (full < clients.length && next.length + behind.length > 0) {
      const client = clients[turn++ % clients.length];
      if (!client) return;
      const own = unanswered.get(client) ?? new Map<number, Delivery>();
      unanswered.set(client, own);
      if (own.size >= window) {
        full++;
        continue;
      }
      full = 0;
      const delivery = take();
      if (delivery) send(client, own, delivery);
    }
  }

  function send(client: SmscClient, own: Map<number, Delivery>, delivery: Delivery): void {
    const sequence = client.nextSequence();
    own.set(sequence, delivery);
    counts.delivered++;
    if (delivery.tries++ > 0) counts.redelivered++;
    client.send({ ...delivery.content, command: 'deliver_sm', status: 0, sequence });
  }

  function bringLater(delivery: Delivery): void {
    const timer = setTimeout(() => {
      later.delete(timer);
      behind.push(delivery);
      dispatch();
    }, redeliverMs);
    later.add(timer);
  }

  return {
    bring(content) {
      if (stopped) return Promise.reject(new Error('The SMSC has stopped.'));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      behind.push({ content, tries: 0, settle: { resolve, reject } });
      dispatch();
      return promise;
    },
    bringQuietly(content) {
      behind.push({ content, tries: 0, settle: null });
      dispatch();
    },
    answered(client, sequence, status) {
      const own = unanswered.get(client);
      const delivery = own?.get(sequence);
      if (!own || !delivery) return;
      own.delete(sequence);
      if (status === STATUS.receiverTemporary || status === STATUS.queueFull || status === STATUS.throttled) bringLater(delivery);
      else if (status === STATUS.ok) {
        counts.acknowledged++;
        delivery.settle?.resolve();
      } else {
        counts.refused++;
        delivery.settle?.reject(new Error(`The client refused it: ${statusName(status)}.`));
      }
      dispatch();
    },
    lost(client) {
      next.push(...[...(unanswered.get(client)?.values() ?? [])].reverse());
      unanswered.delete(client);
      dispatch();
    },
    dispatch,
    stop() {
      stopped = true;
      for (const timer of later) clearTimeout(timer);
      const inHand = [...unanswered.values()].flatMap((own) => [...own.values()]);
      for (const { settle } of [...next, ...behind, ...inHand]) settle?.reject(new Error('The SMSC has stopped.'));
      next = [];
      behind = [];
      unanswered.clear();
    },
  };
}
