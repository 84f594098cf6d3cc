import { AppError } from '../problems/errors.ts';
import { said } from '../problems/said.ts';
import { CURRENCY, writeAmount } from '../money.ts';
import type { Warning } from '../problems/warning.ts';
import { DAY_MS } from '../durations.ts';

/** Millionths left; null: no limit. */
export type Room = { day: number | null; month: number | null };

/** Null: no limit. */
export const lower = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));

/** Sums spent and limits; null: no limit. */
export type Spending = {
  operatorDay: number | null;
  operatorMonth: number | null;
  ownDay: number | null;
  ownMonth: number | null;
  daySpent: number;
  monthSpent: number;
  heldUntil: Date | null;
};

/** What is left today and this month; a later day has its whole limit. */
export function roomOf(spending: Spending | undefined, at: Date): Room {
  if (!spending) return { day: null, month: null };
  const { operatorDay, operatorMonth, ownDay, ownMonth, daySpent, monthSpent } = spending;
  const ahead = at.getTime() - Date.now();
  const left = (limit: number | null, spent: number): number | null => (limit === null ? null : limit - spent);
  return {
    day: left(lower(operatorDay, ownDay), ahead > DAY_MS ? 0 : daySpent),
    month: left(lower(operatorMonth, ownMonth), ahead > 31 * DAY_MS ? 0 : monthSpent),
  };
}

/** Refuses an answer in a conversation beyond the limit: it does not wait for another day. */
export function refuseBeyond(costMicros: number | null, { day, month }: Room): void {
  const room = lower(day, month);
  if (costMicros === null || costMicros === 0 || room === null || costMicros <= room) return;
  const which = room === month ? 'month' : 'day';
  throw new AppError('spend-limit', said('spend-limit', factsOf(costMicros, room, which)));
}

/** Part of the campaign would wait. */
export function spendWarning(costMicros: number | null, { day, month }: Room): Warning[] {
  const room = lower(day, month);
  if (costMicros === null || room === null || costMicros <= room) return [];
  const facts = factsOf(costMicros, room, room === month ? 'month' : 'day');
  return [{ code: 'spend-limit', ...said('warn.spend-limit', facts) }];
}

const factsOf = (costMicros: number, room: number, period: 'day' | 'month') => ({
  cost: `${writeAmount(costMicros)} ${CURRENCY}`,
  left: `${writeAmount(Math.max(0, room))} ${CURRENCY}`,
  period,
});
