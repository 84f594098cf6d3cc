import { nextDelay, type Schedule } from '../../domain/callbacks/retry-schedule.ts';
import type { ClaimedEmail } from './claim-deliveries.ts';
import type { MailResult } from './mailer.ts';
import type { Ended } from '../callbacks/record-attempts.ts';

/** An attempt's outcome for all deliveries of its mail: the same, so that they stay together. */
export function endOf({ deliveries }: Pick<ClaimedEmail, 'deliveries'>, result: MailResult, schedule: Schedule): Ended[] {
  const ended = outcomeOf(Math.max(...deliveries.map(({ attempt }) => attempt)), result, schedule);
  return deliveries.map(({ id, claim }) => ({ ...ended, id, claim }));
}

function outcomeOf(attempt: number, result: MailResult, schedule: Schedule): Omit<Ended, 'id' | 'claim'> {
  const outcome = {
    timings: null,
    remoteAddress: null,
    responseHeaders: null,
    bodyExcerpt: null,
    status: 'status' in result ? result.status : null,
    error: result.outcome === 'sent' ? null : result.response,
  };
  switch (result.outcome) {
    case 'sent':
      return { ...outcome, state: 'delivered', class: 'ok', delayMs: null };
    case 'refused':
      return { ...outcome, state: 'exhausted', class: 'smtp_5xx', delayMs: null };
    case 'later': {
      // The relay refuses us: the mail is not at fault, and none is claimed until it accepts.
      if (result.class === 'auth')
        return { ...outcome, class: 'auth', state: 'held', heldReason: 'relay', delayMs: 0, spent: false };
      const delayMs = nextDelay({ attempt, random: Math.random, schedule });
      return { ...outcome, class: result.class, state: delayMs === null ? 'exhausted' : 'retrying', delayMs };
    }
    default:
      return result satisfies never;
  }
}
