import type { OutboundMessage } from '../../carriers/carrier.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { quietWaitMs } from '../../domain/sending/quiet-hours.ts';

/** The facts of a message's number that its claim needs: how it would stand among erased ones, and how long it is quiet there. */
export type ClaimFacts = { id: string; hash: string; standardWaitMs: number; strictWaitMs: number };

type Deps = { hashPhone: HashPhone; clock: () => Date };

/** Worked out when the message is about to go, not when its batch began. */
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
