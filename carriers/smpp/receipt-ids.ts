import type { SmppSettings } from './settings.ts';

/** Normalises message ids, for carriers that write them differently in answer and receipt. */
export type ReceiptIds = { ofSubmission(id: string): string; ofReceipt(id: string): string };

export function createReceiptIds(form: SmppSettings['receiptIds']): ReceiptIds {
  switch (form) {
    case 'literal':
      return { ofSubmission: same, ofReceipt: same };
    case 'trim-zeros':
      return { ofSubmission: trimmed, ofReceipt: trimmed };
    case 'hex-to-decimal':
      return { ofSubmission: trimmed, ofReceipt: (id) => (/^[\da-f]+$/i.test(id) ? BigInt(`0x${id}`).toString() : id) };
    case 'decimal-to-hex':
      return { ofSubmission: lowerTrimmed, ofReceipt: (id) => (/^\d+$/.test(id) ? BigInt(id).toString(16) : lowerTrimmed(id)) };
    default:
      return form satisfies never;
  }
}

const same = (id: string): string => id;
const trimmed = (id: string): string => id.replace(/^0+(?=.)/, '');
const lowerTrimmed = (id: string): string => trimmed(id).toLowerCase();
