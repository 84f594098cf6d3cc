import { because } from '../domain/problems/said.ts';
import { z } from 'zod';
import { isTimeZone } from '../domain/zoned-time.ts';

/** Limits per SIM: consumer plans bear no more, and operators block SIMs beyond. */
export type SimLimits = { smsPerMinute: number; smsPerDay: number; timeZone: string };

export const simLimits = {
  /** SMS (parts of messages) per SIM and minute, evenly spaced. */
  simSmsPerMinute: z.number().positive().max(6000).default(10),
  /** Countries its SIMs may send to; default any. */
  simCountries: z
    .array(z.string().regex(/^[A-Z]{2}$/, because('country')))
    .min(1)
    .optional(),
  simSmsPerDay: z.int().min(1).max(1_000_000).default(500),
};

/** Zone of the SIMs' calendar day. */
export const simTimeZone = z.string().refine(isTimeZone, because('time-zone')).default('Europe/Paris');
