import { z } from '@hono/zod-openapi';
import { CURRENCY, writeAmount } from '../../domain/money.ts';

export const Money = z
  .object({ amount: z.string().openapi({ example: '0.045' }), currency: z.string().openapi({ example: 'EUR' }) })
  .openapi('Money');
export const money = (micros: number): z.infer<typeof Money> => ({ amount: writeAmount(micros), currency: CURRENCY });
export const moneyOrNone = (micros: number | null | undefined): z.infer<typeof Money> | null =>
  micros === null || micros === undefined ? null : money(micros);
