import { fault, said, type Fault } from '../domain/problems/said.ts';
import type { Refusal } from '../domain/sending/sender-policy.ts';
import type { Warning } from '../domain/problems/warning.ts';
import type { PlannedMessage, StopEffect } from './plan.ts';

export const ambiguity = (messages: PlannedMessage[]): Warning[] =>
  ambiguous(messages.filter(({ ambiguous }) => ambiguous).length);

export const ambiguous = (n: number): Warning[] =>
  n === 0 ? [] : [{ code: 'attribution-ambiguous', ...said('warn.attribution-ambiguous', { n }) }];

export const unpriced = (messages: PlannedMessage[]): Warning[] =>
  priceMissing([...new Set(messages.filter(({ costMicros }) => costMicros === null).map(({ country }) => country))]);

export const priceMissing = (countries: string[]): Warning[] =>
  countries.length === 0 ? [] : [{ code: 'price-missing', ...said('warn.price-missing', { countries }) }];

export const withoutStop = ({ missing: n }: StopEffect): Warning[] =>
  n === 0 ? [] : [{ code: 'stop-mention-missing', ...said('warn.stop-mention-missing', { n }) }];

export const cannotReply = (country: string): Fault => fault('to', 'no-reply-number', { country });
export const noStopNumber = (country: string): Fault => fault('text', 'no-stop-number', { country });

export const noReplyCode = (unreachable: Map<string, unknown[]>): Refusal =>
  nobodyReplies(new Map([...unreachable].map(([country, list]) => [country, list.length])));

/** Refuses a list for those who could not reply, by country. */
export const nobodyReplies = (unreachable: Map<string, number>): Refusal => ({
  code: 'no-reply-code',
  said: said('no-reply-code'),
  faults: [...unreachable].map(([country, n]) => fault('recipients', 'no-reply-numbers', { n, country })),
  countries: [...unreachable.keys()],
});
