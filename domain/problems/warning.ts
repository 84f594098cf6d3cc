import type { Said } from './said.ts';

/** Does not stop the campaign. `code` is public: never renamed. */
export type Warning = { code: (typeof WARNINGS)[number] } & Said;

export const WARNINGS = [
  'country-unknown',
  'country-no-reply',
  'quiet-hours',
  'attribution-ambiguous',
  'attribution-own',
  'dead-numbers',
  'price-missing',
  'lowcost-marketing',
  'stop-mention-missing',
  'spend-limit',
  'sender-unregistered',
  'sender-generic',
  'sender-overridden',
  'opted-out',
  'landline',
  'placeholder-slip',
] as const;
