import type { Address, ShortMessage, SubmitSm } from '../../carriers/smpp/codec/pdu.ts';
import { MESSAGE_DEFAULTS, NO_TLVS, TLV } from '../../carriers/smpp/codec/pdu.ts';

export type ReceiptOptions = {
  /** From the submission to its receipt. */
  delayMs: number;
  /** Which of the two ways a receipt says what it says; both by default. */
  form?: 'text' | 'tlv' | 'both';
  /** How the message id is written in receipts, when not as in the submission's answer. */
  ids?: MessageIdForm;
  /** DELIVRD by default. */
  stat?: 'DELIVRD' | 'EXPIRED' | 'UNDELIV' | 'REJECTD' | 'DELETED' | 'ACCEPTD' | 'ENROUTE' | 'UNKNOWN';
};

export type MessageIdForm = 'decimal' | 'hex' | 'padded';

const STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 } as const;

export function messageIdText(id: number, form: MessageIdForm): string {
  if (form === 'hex') return id.toString(16).toUpperCase();
  return form === 'padded' ? String(id).padStart(10, '0') : String(id);
}

type Due = { dueAt: number; id: number; phone: Address; sender: Address; echoed: Buffer | null; submittedAt: Date };

export type Receipts = { owe(pdu: SubmitSm, id: number): void; stop(): void };

/** Owes a receipt for each submission that asked for one; `bring` is called when it is due. */
export function createReceipts(
  options: ReceiptOptions,
  defaultIds: MessageIdForm,
  bring: (receipt: ShortMessage) => void,
): Receipts {
  // The delay is the same for all, so the queue is in order.
  let owed: Due[] = [];
  let timer: NodeJS.Timeout | null = null;

  function bringDue(): void {
    const now = performance.now();
    const early = owed.findIndex(({ dueAt }) => dueAt > now);
    const due = early === -1 ? owed : owed.slice(0, early);
    owed = early === -1 ? [] : owed.slice(early);
    timer = owed[0] ? setTimeout(bringDue, Math.max(5, owed[0].dueAt - now)) : null;
    for (const one of due) bring(receiptOf(one, options, defaultIds));
  }

  return {
    owe(pdu, id) {
      const echo = pdu.tlvs.get(TLV.userMessageReference);
      owed.push({
        dueAt: performance.now() + options.delayMs,
        id,
        phone: pdu.destination,
        sender: pdu.source,
        echoed: echo ? Buffer.from(echo) : null,
        submittedAt: new Date(),
      });
      timer ??= setTimeout(bringDue, options.delayMs);
    },
    stop() {
      if (timer) clearTimeout(timer);
      owed = [];
    },
  };
}

function receiptOf(due: Due, { form = 'both', ids, stat = 'DELIVRD' }: ReceiptOptions, defaultIds: MessageIdForm): ShortMessage {
  const id = messageIdText(due.id, ids ?? defaultIds);
  const delivered = stat === 'DELIVRD' ? '001' : '000';
  const text =
    `id:${id} sub:001 dlvrd:${delivered} submit date:${dateOf(due.submittedAt)} done date:${dateOf(new Date())} ` +
    `stat:${stat} err:${stat === 'DELIVRD' ? '000' : '045'} text:`;
  const tlvs = new Map<number, Buffer>();
  if (form !== 'text') {
    tlvs.set(TLV.receiptedMessageId, Buffer.from(`${id}\0`, 'latin1'));
    tlvs.set(TLV.messageState, Buffer.from([STATES[stat]]));
  }
  if (due.echoed) tlvs.set(TLV.userMessageReference, due.echoed);
  return {
    ...MESSAGE_DEFAULTS,
    source: due.phone,
    destination: due.sender,
    esmClass: 0x04,
    shortMessage: form === 'tlv' ? Buffer.alloc(0) : Buffer.from(text, 'latin1'),
    tlvs: tlvs.size > 0 ? tlvs : NO_TLVS,
  };
}

/** YYMMDDhhmmss in UTC. */
const dateOf = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(2, 14);
