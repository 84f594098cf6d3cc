import { because } from '../domain/problems/said.ts';
import { z } from 'zod';
import { isTimeZone } from '../domain/zoned-time.ts';

/** The limits of each SIM of a carrier: a plan for people bears no more, and one that sends more is blocked. */
export type SimLimits = { smsPerMinute: number; smsPerDay: number; timeZone: string };

export const simLimits = {
  /** SMS (parts of messages) that each SIM sends in a minute, evenly. */
  simSmsPerMinute: z.number().positive().max(6000).default(10),
  /** The countries that its SIMs may send to; left out, any. */
  simCountries: z
    .array(z.string().regex(/^[A-Z]{2}$/, because('country')))
    .min(1)
    .optional(),
  /** SMS that each SIM sends in a calendar day. */
  simSmsPerDay: z.int().min(1).max(1_000_000).default(500),
};

/** Where the SIMs are, and whose day is meant. */
export const simTimeZone = z.string().refine(isTimeZone, because('time-zone')).default('Europe/Paris');
