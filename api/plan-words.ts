import type { Fault } from '../domain/errors.ts';
import type { Refusal } from '../domain/sender-policy.ts';
import type { Warning } from '../domain/warning.ts';
import type { PlannedMessage } from './plan-campaign.ts';
import type { StopEffect } from './plan-stop.ts';

export function ambiguity(messages: PlannedMessage[]): Warning[] {
  const count = messages.filter(({ ambiguous }) => ambiguous).length;
  if (count === 0) return [];
  const detail = `${count} recipients await to answer another campaign by the same number, and no other number is free: whose reply it is may be ambiguous. A keyword of the campaign's own tells them apart.`;
  return [{ code: 'attribution-ambiguous', detail }];
}

export function unpriced(messages: PlannedMessage[]): Warning[] {
  const countries = new Set(messages.filter(({ costMicros }) => costMicros === null).map(({ country }) => country));
  if (countries.size === 0) return [];
  return [{ code: 'price-missing', detail: `No price is set for ${[...countries].join(', ')}: the cost leaves these out.` }];
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

export function noReplyCode(unreachable: Map<string, unknown[]>): Refusal {
  const faults = [...unreachable].map(([country, list]) => ({
    field: 'recipients',
    problem: `${list.length} in ${country} could not reply: there is no number to reply to for that country`,
    remedy: REMEDY,
  }));
  const detail = 'Some recipients could not reply, so nothing was stored.';
  return { code: 'no-reply-code', detail, faults, countries: [...unreachable.keys()] };
}
