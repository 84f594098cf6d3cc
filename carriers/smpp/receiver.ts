import type { Logger } from 'pino';
import type { CarrierEvents } from '../carrier.ts';
import { STATUS } from './codec/status.ts';
import type { Brought } from './codec/pdu.ts';
import type { Connection } from './connection.ts';
import { toReply } from './inbound.ts';
import { isReceipt, toReceipt } from './receipt.ts';
import type { ReceiptIds } from './receipt-ids.ts';
import type { SmppSettings } from './settings.ts';

/** Limit of uncommitted ones, reached only with carriers that have no window. */
const MOST_IN_HAND = 5000;
const COMPLAINT_EVERY_MS = 10_000;

export type Receiver = ReturnType<typeof createReceiver>;

type Deps = { events: CarrierEvents; log: Logger; ids: ReceiptIds; changed: () => void };

/** Stores what the carrier delivers, all at once, and answers each when it is safe; "try again" if it could not be stored. */
export function createReceiver(settings: SmppSettings, { events, log, ids, changed }: Deps) {
  let inHand = 0;
  let failed = 0;
  let complainedAt = -COMPLAINT_EVERY_MS;

  /** Resolves with the function to call once the answer is written. Rejects when storing failed. */
  async function keep(pdu: Brought, bind: number): Promise<(() => void) | undefined> {
    const now = new Date();
    if (!isReceipt(pdu, settings)) {
      const kept = await events.onReply({ ...toReply(pdu, settings, now), bind });
      return () => kept.acknowledged();
    }
    const receipt = toReceipt(pdu, settings, { ids, now });
    if (receipt) await events.onReceipt(receipt);
    else log.warn('A receipt names no message: acknowledged and left out');
    return undefined;
  }

  function complain(error: unknown): void {
    failed++;
    if (performance.now() - complainedAt < COMPLAINT_EVERY_MS) return;
    complainedAt = performance.now();
    // The name only: a database message may quote the row.
    log.warn(
      { error: error instanceof Error ? error.name : 'unknown', failed },
      'Could not keep what the carrier brought: it is asked to try again',
    );
    failed = 0;
  }

  function note(acknowledged: () => void): void {
    try {
      acknowledged();
    } catch (error) {
      log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'Noting an acknowledgement failed');
    }
  }

  async function take(pdu: Brought, connection: Connection): Promise<void> {
    const answer = { command: `${pdu.command}_resp` as const, sequence: pdu.sequence, messageId: '' };
    inHand++;
    try {
      const acknowledged = await keep(pdu, connection.number);
      connection.send({ ...answer, status: STATUS.ok }, acknowledged && (() => note(acknowledged)));
    } catch (error) {
      complain(error);
      connection.send({ ...answer, status: STATUS.receiverTemporary });
    }
    inHand--;
    changed();
  }

  return {
    deliver(pdu: Brought, connection: Connection): void {
      if (inHand < MOST_IN_HAND) {
        void take(pdu, connection);
        return;
      }
      complain(new RangeError('too many at once'));
      connection.send({
        command: `${pdu.command}_resp`,
        sequence: pdu.sequence,
        messageId: '',
        status: STATUS.receiverTemporary,
      });
    },
    inHand: () => inHand,
  };
}
