import type { Address } from './pdu.ts';

type AddressType = { ton: number; npi: number };
export type AddressTypes = { alphanumeric: AddressType; shortCode: AddressType; e164: AddressType };

export const ADDRESS_TYPES: AddressTypes = {
  alphanumeric: { ton: 5, npi: 0 },
  shortCode: { ton: 3, npi: 0 },
  e164: { ton: 1, npi: 1 },
};

const LONGEST_SHORT_CODE = 8;
const INTERNATIONAL = 1;

/** A wire address: `+33612345678` without its plus, `36111` as a short code, anything else as a name. */
export function toAddress(text: string, types: AddressTypes = ADDRESS_TYPES): Address {
  if (!/^\+?\d+$/.test(text)) return { ...types.alphanumeric, address: text };
  if (text.startsWith('+')) return { ...types.e164, address: text.slice(1) };
  return { ...(text.length > LONGEST_SHORT_CODE ? types.e164 : types.shortCode), address: text };
}

/** An address as text, with the plus of an international number. Short codes keep their form whatever their type. */
export function fromAddress({ ton, address }: Address): string {
  return ton === INTERNATIONAL && /^[1-9]\d{6,}$/.test(address) ? `+${address}` : address;
}
