import { fault, said, type Fault } from '../domain/problems/said.ts';
import { isNumber, PLACEHOLDER, type PoolNumber, type Refusal } from '../domain/sending/sender-policy.ts';
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

/** Where a campaign from a rented number could be answered by a short code: the countries that have one. */
export const codeCountries = ({ sender }: { sender: string | undefined }, { numbers, account }: CodeRules): Set<string> =>
  new Set(
    isNumber(sender)
      ? numbers.flatMap(({ kind, country, renter }) =>
          kind === 'short-code' && (renter === null || renter === account.id) ? [country] : [],
        )
      : [],
  );
type CodeRules = { numbers: readonly PoolNumber[]; account: { id: string } };

export const toLandlines = (n: number): Warning[] => (n === 0 ? [] : [{ code: 'landline', ...said('warn.landline', { n }) }]);

export const optedOut = (n: number): Warning[] => (n === 0 ? [] : [{ code: 'opted-out', ...said('warn.opted-out', { n }) }]);

/** That messages go out under another sender than was given; 12345 and a number stand for themselves. */
export function overridden({ sender }: { sender: string | undefined }, became: ReadonlySet<string>): Warning[] {
  const others = [...became].filter((each) => each !== sender);
  if (sender === undefined || sender === PLACEHOLDER || others.length === 0) return [];
  return [{ code: 'sender-overridden', ...said('warn.sender-overridden', { sender, became: others.slice(0, 3) }) }];
}

export const cannotReply = (country: string, byCode: boolean): Fault =>
  fault('to', byCode ? 'no-reply-from-number' : 'no-reply-number', { country });
export const noStopNumber = (country: string): Fault => fault('text', 'no-stop-number', { country });

export const noReplyCode = (unreachable: Map<string, unknown[]>, byCode: ReadonlySet<string>): Refusal =>
  nobodyReplies(new Map([...unreachable].map(([country, list]) => [country, list.length])), byCode);

/** Refuses a list for those who could not reply, by country. */
export const nobodyReplies = (unreachable: Map<string, number>, byCode: ReadonlySet<string>): Refusal => ({
  code: 'no-reply-code',
  said: said('no-reply-code'),
  faults: [...unreachable].map(([country, n]) =>
    fault('recipients', byCode.has(country) ? 'no-replies-from-number' : 'no-reply-numbers', { n, country }),
  ),
  countries: [...unreachable.keys()],
});
