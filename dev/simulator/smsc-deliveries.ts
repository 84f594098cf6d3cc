import { STATUS, statusName } from '../../carriers/smpp/codec/status.ts';
import type { ShortMessage } from '../../carriers/smpp/codec/pdu.ts';
import type { SmscClient } from './smsc-client.ts';

type Delivery = { content: ShortMessage; tries: number; settle: { resolve(): void; reject(error: Error): void } | null };

export type Deliveries = {
  /** Resolves when a client acknowledged it; rejects when one refused it for good, or the SMSC stops. */
  bring(content: ShortMessage): Promise<void>;
  /** The same, without a promise. */
  bringQuietly(content: ShortMessage): void;
  answered(client: SmscClient, sequence: number, status: number): void;
  /** Delivers again what that client did not answer. */
  lost(client: SmscClient): void;
  /** Delivers what is waiting: a client may have bound. */
  dispatch(): void;
  stop(): void;
};

export type DeliveryCounts = { delivered: number; acknowledged: number; redelivered: number; refused: number };

type Options = { receivers: () => SmscClient[]; window: number; redeliverMs: number; counts: DeliveryCounts };

type State = Options & {
  /** A queue as two stacks: taking and adding are both cheap. */
  next: Delivery[];
  behind: Delivery[];
  unanswered: Map<SmscClient, Map<number, Delivery>>;
  later: Set<NodeJS.Timeout>;
  turn: number;
  stopped: boolean;
};

/** Delivers messages and receipts to bound receivers in turn, until each is acknowledged. */
export function createDeliveries(options: Options): Deliveries {
  const state: State = { ...options, next: [], behind: [], unanswered: new Map(), later: new Set(), turn: 0, stopped: false };
  return {
    bring(content) {
      if (state.stopped) return Promise.reject(new Error('The SMSC has stopped.'));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      state.behind.push({ content, tries: 0, settle: { resolve, reject } });
      dispatch(state);
      return promise;
    },
    bringQuietly(content) {
      state.behind.push({ content, tries: 0, settle: null });
      dispatch(state);
    },
    answered: (client, sequence, status) => answered(state, client, { sequence, status }),
    lost(client) {
      state.next.push(...[...(state.unanswered.get(client)?.values() ?? [])].reverse());
      state.unanswered.delete(client);
      dispatch(state);
    },
    dispatch: () => dispatch(state),
    stop: () => stop(state),
  };
}

function take(state: State): Delivery | undefined {
  if (state.next.length === 0) {
    state.next = state.behind.reverse();
    state.behind = [];
  }
  return state.next.pop();
}

function dispatch(state: State): void {
  if (state.next.length + state.behind.length === 0) return;
  const clients = state.receivers();
  let full = 0;
  while (full < clients.length && state.next.length + state.behind.length > 0) {
    const client = clients[state.turn++ % clients.length];
    if (!client) return;
    const own = state.unanswered.get(client) ?? new Map<number, Delivery>();
    state.unanswered.set(client, own);
    if (own.size >= state.window) {
      full++;
      continue;
    }
    full = 0;
    const delivery = take(state);
    if (delivery) send(state, client, own, delivery);
  }
}

function send(state: State, client: SmscClient, own: Map<number, Delivery>, delivery: Delivery): void {
  const sequence = client.nextSequence();
  own.set(sequence, delivery);
  state.counts.delivered++;
  if (delivery.tries++ > 0) state.counts.redelivered++;
  client.send({ ...delivery.content, command: 'deliver_sm', status: 0, sequence });
}

function bringLater(state: State, delivery: Delivery): void {
  const timer = setTimeout(() => {
    state.later.delete(timer);
    state.behind.push(delivery);
    dispatch(state);
  }, state.redeliverMs);
  state.later.add(timer);
}

function answered(state: State, client: SmscClient, { sequence, status }: { sequence: number; status: number }): void {
  const own = state.unanswered.get(client);
  const delivery = own?.get(sequence);
  if (!own || !delivery) return;
  own.delete(sequence);
  if (status === STATUS.receiverTemporary || status === STATUS.queueFull || status === STATUS.throttled)
    bringLater(state, delivery);
  else if (status === STATUS.ok) {
    state.counts.acknowledged++;
    delivery.settle?.resolve();
  } else {
    state.counts.refused++;
    delivery.settle?.reject(new Error(`The client refused it: ${statusName(status)}.`));
  }
  dispatch(state);
}

function stop(state: State): void {
  state.stopped = true;
  for (const timer of state.later) clearTimeout(timer);
  const inHand = [...state.unanswered.values()].flatMap((own) => [...own.values()]);
  for (const { settle } of [...state.next, ...state.behind, ...inHand]) settle?.reject(new Error('The SMSC has stopped.'));
  state.next = [];
  state.behind = [];
  state.unanswered.clear();
}
