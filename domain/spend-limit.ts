import { CURRENCY, writeAmount } from './money.ts';
import type { Warning } from './warning.ts';

/** What an account may still spend: millionths, null without limit. */
export type Room = { day: number | null; month: number | null };

/** The lower of two limits; null where there is none. */
export const lower = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));

/** What there is to say to who would spend that much: part of it would wait. */
export function spendWarning(costMicros: number | null, { day, month }: Room): Warning[] {
  const room = lower(day, month);
  if (costMicros === null || room === null || costMicros <= room) return [];
  const [which, next] = room === month ? ['month', 'the next month'] : ['day', 'the next day'];
  const left = `${writeAmount(Math.max(0, room))} ${CURRENCY}`;
  return [
    {
      code: 'spend-limit',
      detail: `It costs ${writeAmount(costMicros)} ${CURRENCY}, and ${left} are left of the limit of the ${which}: what does not fit waits for ${next}, or for a higher limit, and goes by itself.`,
    },
  ];
}
