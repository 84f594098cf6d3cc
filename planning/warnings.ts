import { fault, said, type Fault } from '../domain/problems/said.ts';
import { isNumber, PLACEHOLDER, type PoolNumber, type Refusal } from '../domain/sending/sender-policy.ts';
import type { Warning } from '../domain/problems/warning.ts';
import type { BusyCodes } from '../domain/sending/reply-code.ts';
import type { PlannedMessage, StopEffect } from './plan.ts';

/** Whether another campaign awaits a reply by that code, and whose. */
export function awaitedBy(busy: BusyCodes | undefined, code: string | null) {
  const ambiguous = code !== null && busy?.has(code) === true;
  return { ambiguous, ambiguousOwn: ambiguous && busy.get(code) === null };
}

type Ambiguous = Pick<PlannedMessage, 'ambiguous' | 'ambiguousOwn'>;
export const ambiguity = (messages: readonly Ambiguous[]): Warning[] => {
  const own = messages.filter(({ ambiguousOwn }) => ambiguousOwn).length;
  return ambiguous(messages.filter(({ ambiguous }) => ambiguous).length, own);
};

/** `own`: how many of `n` only within the account. */
export const ambiguous = (n: number, own: number): Warning[] => [
  ...(n > own ? [{ code: 'attribution-ambiguous', ...said('warn.attribution-ambiguous', { n: n - own }) } as const] : []),
  ...(own > 0 ? [{ code: 'attribution-own', ...said('warn.attribution-own', { n: own }) } as const] : []),
];

export const deadNumbers = (n: number): Warning[] =>
  n === 0 ? [] : [{ code: 'dead-numbers', ...said('warn.dead-numbers', { n }) }];

export const unpriced = (messages: PlannedMessage[]): Warning[] =>
  priceMissing([...new Set(messages.filter(({ costMicros }) => costMicros === null).map(({ country }) => country))]);

export const priceMissing = (countries: string[]): Warning[] =>
  countries.length === 0 ? [] : [{ code: 'price-missing', ...said('warn.price-missing', { countries }) }];

export const withoutStop = ({ missing: n }: StopEffect): Warning[] =>
  n === 0 ? [] : [{ code: 'stop-mention-missing', ...said('warn.stop-mention-missing', { n }) }];

/** Countries with a short code that could receive replies instead of a rented number. */
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

/** Warns that senders were replaced, except 12345. */
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

export const nobodyReplies = (unreachable: Map<string, number>, byCode: ReadonlySet<string>): Refusal => ({
  code: 'no-reply-code',
  said: said('no-reply-code'),
  faults: [...unreachable].map(([country, n]) =>
    fault('recipients', byCode.has(country) ? 'no-replies-from-number' : 'no-reply-numbers', { n, country }),
  ),
  countries: [...unreachable.keys()],
});
