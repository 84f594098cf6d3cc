import type { CarrierSession, OpenDeps, SessionHealth } from '../carrier.ts';
import type { BindCommand } from './codec/pdu.ts';
import type { Connection, MessagePdu } from './connection.ts';
import { openLink } from './link.ts';
import type { Link } from './link.ts';
import { createSegmenter } from './long-message.ts';
import { createReceiptIds } from './receipt-ids.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import type { SmppSettings } from './settings.ts';
import { createSubmitter, type Submitter } from './submitter.ts';

const BINDS: Record<SmppSettings['bindMode'], BindCommand[]> = {
  transceiver: ['bind_transceiver'],
  'transmitter-receiver': ['bind_transmitter', 'bind_receiver'],
};

/** One slot of a carrier: one or two links, sending and receiving. */
export function openSession(settings: SmppSettings, { events, log, slot = 0 }: OpenDeps): CarrierSession {
  const ids = createReceiptIds(settings.receiptIds);
  const segmentsOf = createSegmenter(settings);
  const submitter = createSubmitter(settings, { log, segmentsOf, referenceOf: (id) => ids.ofSubmission(id), changed });
  const receiver = createReceiver(settings, { events, log, ids, changed });
  let readers: PromiseWithResolvers<void>[] = [];
  let idle: (() => void) | null = null;
  let closing: Promise<void> | null = null;

  const links = BINDS[settings.bindMode].map((bind): Link => {
    const sends = bind !== 'bind_receiver';
    return openLink(
      settings,
      { bind, home: slot, log },
      {
        bound: (connection) => sends && submitter.attach(connection),
        lost: (reason) => sends && submitter.detach(reason),
        message,
        caughtUp: () => submitter.pump(),
      },
    );
  });

  function message(pdu: MessagePdu, connection: Connection): void {
    if (pdu.command === 'deliver_sm' || pdu.command === 'data_sm') receiver.deliver(pdu, connection);
    else submitter.answered(pdu);
  }

  /** Resolves `whenReady` and the drain. */
  function changed(): void {
    if (readers.length > 0 && submitter.ready()) {
      for (const { resolve } of readers) resolve();
      readers = [];
    }
    if (idle && submitter.unfinished() === 0 && receiver.inHand() === 0) idle();
  }

  async function drainAndClose(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    for (const link of links) link.drain();
    submitter.stop();
    for (const { reject } of readers) reject(new Error('The session is closed.'));
    readers = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      idle = () => {
        clearTimeout(timer);
        resolve();
      };
      changed();
    });
    await Promise.all(links.map((link) => link.close(Math.max(0, deadline - performance.now()))));
  }

  return {
    get window() {
      return submitter.window();
    },
    async whenReady() {
      if (closing) throw new Error('The session is closed.');
      if (submitter.ready()) return;
      const reader = Promise.withResolvers<void>();
      readers.push(reader);
      await reader.promise;
    },
    submit(batch) {
      const results = batch.map((outbound) => submitter.submit(outbound));
      submitter.pump();
      return results;
    },
    health: () => healthOf(links, { submitter, receiver, closing: closing !== null }),
    close: (graceMs) => (closing ??= drainAndClose(graceMs)),
  };
}

const RANK = { closed: 0, connecting: 1, binding: 2, draining: 3, bound: 4 } as const;

/** A session is closed only when nothing will reopen it. */
const STATES = {
  closed: 'connecting',
  connecting: 'connecting',
  binding: 'connecting',
  bound: 'bound',
  draining: 'draining',
} as const;

function healthOf(
  links: Link[],
  { submitter, receiver, closing }: { submitter: Submitter; receiver: Receiver; closing: boolean },
): SessionHealth {
  const refusing = submitter.refusing();
  const weakest = links.toSorted((a, b) => RANK[a.state()] - RANK[b.state()])[0];
  return {
    state: closing && weakest?.state() === 'closed' ? 'closed' : STATES[weakest?.state() ?? 'closed'],
    since: weakest?.since() ?? new Date(),
    inFlight: submitter.unanswered() + receiver.inHand(),
    lastError: links.map((link) => link.lastError()).find((error) => error !== null) ?? refusing,
    refused: links.some((link) => link.refused()),
    refusing,
  };
}
