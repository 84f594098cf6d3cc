import { isFrench } from '../domain/france.ts';
import { pickCode, type BusyCodes } from '../domain/sending/reply-code.ts';
import { PLACEHOLDER, type Origin, type PoolNumber } from '../domain/sending/sender-policy.ts';
import { carriesMention, STOP_MENTION, stopNumberIn, stopWords } from '../domain/sending/stop-mention.ts';
import type { CampaignRequest, StopEffect } from './plan.ts';
import type { PlanRules } from './load-rules.ts';

/** Plans STOP mentions. `turn` spreads campaigns over the pool. */
export function planStops(
  { text, purpose }: CampaignRequest,
  { numbers, account, policies, stopNumber }: PlanRules,
  turn: number,
) {
  const form = policies.stopMention ?? STOP_MENTION;
  const inText = text.includes('XXXXX');
  const usable = numbers.filter(({ kind, renter }) => (kind === 'short-code' && renter === null) || renter === account.id);
  const codes = usable.filter(({ kind }) => kind === 'short-code');
  const pools = Map.groupBy(codes, ({ carrierId, country }) => `${carrierId} ${country}`);
  const known = new Set(usable.map(({ number }) => number));
  const effect: StopEffect = { added: 0, missing: 0 };
  const wants = (country: string): boolean => inText || carriesMention(purpose, country);

  function codeFor({ carrierId, replyCode }: Origin, country: string, busy?: BusyCodes): string | null {
    if (replyCode !== null || !wants(country)) return replyCode;
    if (stopNumber !== null && isFrench(country)) return stopNumber;
    const pool: PoolNumber[] =
      pools.get(`${carrierId} ${country}`) ?? (isFrench(country) ? pools.get(`${carrierId} FR`) : undefined) ?? [];
    return pickCode(pool, turn, busy)?.number ?? null;
  }

  return {
    wants,
    /** The number to name for STOP: its reply number, or one of its carrier's. */
    codeFor,
    /** The mention to add; undefined if none is needed. */
    wordsFor(country: string, code: string | null): string | null | undefined {
      return carriesMention(purpose, country) ? stopWords(form, code, PLACEHOLDER) : undefined;
    },
    note(stop: 'added' | 'missing' | 'there'): void {
      if (stop !== 'there') effect[stop] += 1;
    },
    /** The reply code of a message: a pool code named in its text receives STOPs. */
    replyCodeOf({ replyCode }: Origin, written: string): string | null {
      if (replyCode !== null) return replyCode;
      const number = stopNumberIn(written);
      return number !== null && known.has(number) ? number : null;
    },
    result: (): StopEffect => effect,
  };
}
