import type { Fault } from '../domain/problems/errors.ts';
import type { Refusal } from '../domain/sending/sender-policy.ts';
import type { Warning } from '../domain/problems/warning.ts';
import type { PlannedMessage, StopEffect } from './plan.ts';

export const ambiguity = (messages: PlannedMessage[]): Warning[] =>
  ambiguous(messages.filter(({ ambiguous }) => ambiguous).length);

export function ambiguous(count: number): Warning[] {
  if (count === 0) return [];
  const detail = `${count} recipients await to answer another campaign by the same number, and no other number is free: whose reply it is may be ambiguous. A keyword of the campaign's own tells them apart.`;
  return [{ code: 'attribution-ambiguous', detail }];
}

export const unpriced = (messages: PlannedMessage[]): Warning[] =>
  priceMissing([...new Set(messages.filter(({ costMicros }) => costMicros === null).map(({ country }) => country))]);

export function priceMissing(countries: string[]): Warning[] {
  if (countries.length === 0) return [];
  return [{ code: 'price-missing', detail: `No price is set for ${countries.join(', ')}: the cost leaves these out.` }];
}

export function withoutStop({ missing }: StopEffect): Warning[] {
  if (missing === 0) return [];
  const detail = `${missing} recipients in France would get marketing that does not say how to stop it: there is no number to name. Say it in the text, or set the policy stopMention.`;
  return [{ code: 'stop-mention-missing', detail }];
}

const REMEDY =
  'Rent a number for that country, leave it out, or send anyway without replies: allowUnreachable: true and a sender ID, no XXXXX';

export const cannotReply = (country: string): Fault => ({
  field: 'to',
  problem: `could not reply: there is no number to reply to for ${country}`,
  remedy: REMEDY,
});

export const noStopNumber = (country: string): Fault => ({
  field: 'text',
  problem: `names a number for STOP by XXXXX, and there is none for ${country}`,
  remedy: 'Write the number that STOP can be sent to, leave that country out, or ask your operator for a short code',
});

export const noReplyCode = (unreachable: Map<string, unknown[]>): Refusal =>
  nobodyReplies(new Map([...unreachable].map(([country, list]) => [country, list.length])));

/** Refuses a list for those who could not reply, by country. */
export function nobodyReplies(unreachable: Map<string, number>): Refusal {
  const faults = [...unreachable].map(([country, count]) => ({
    field: 'recipients',
    problem: `${count} in ${country} could not reply: there is no number to reply to for that country`,
    remedy: REMEDY,
  }));
  const detail = 'Some recipients could not reply, so nothing was stored.';
  return { code: 'no-reply-code', detail, faults, countries: [...unreachable.keys()] };
}
