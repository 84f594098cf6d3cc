import type { OutboundMessage } from '../../carriers/carrier.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { quietWaitMs } from '../../domain/sending/quiet-hours.ts';

/** Facts of a message's number for its claim: its hash among erased ones, and its quiet hours. */
export type ClaimFacts = { id: string; hash: string; standardWaitMs: number; strictWaitMs: number };

type Deps = { hashPhone: HashPhone; clock: () => Date };

/** Computed just before sending, not when the batch began. */
export const createClaimFacts =
  ({ hashPhone, clock }: Deps) =>
  ({ id, to }: OutboundMessage): ClaimFacts => {
    const now = clock();
    return {
      id,
      hash: hashPhone(to),
      standardWaitMs: quietWaitMs(to, now, 'standard'),
      strictWaitMs: quietWaitMs(to, now, 'strict'),
    };
  };
