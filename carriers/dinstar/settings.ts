import { because } from '../../domain/problems/said.ts';
import { z } from 'zod';
import { retries, retriesAgree } from '../retries.ts';
import { simLimits } from '../sims.ts';
import { isTimeZone } from '../../domain/zoned-time.ts';

export const dinstarSettings = z
  .strictObject({
    /** Address of the device's web interface, such as https://192.168.1.20. */
    url: z.url({ protocol: /^https?$/, error: because('device-address') }),
    username: z.string().min(1).max(64),
    password: z.string().min(1).max(128).meta({ secret: true }),
    /** Device times are local, without a zone. */
    deviceTimeZone: z.string().refine(isTimeZone, because('time-zone')).default('Europe/Paris'),
    /** Some firmware answers incoming queries to POST only. */
    incomingMethod: z.enum(['GET', 'POST']).default('GET'),
    /** Secret in the push address, as `?secret=…`, because the device signs nothing. Without it pushes are refused. */
    pushSecret: z.string().min(8).max(200).meta({ secret: true }).optional(),
    /** Files pushed replies at once, without the nightly sync. */
    immediate: z.boolean().default(false),
    /** Slower calls are in doubt. */
    timeoutMs: z.int().min(100).max(120_000).default(15_000),
    ...simLimits,
    ...retries,
  })
  .superRefine(retriesAgree);

export type DinstarSettings = z.infer<typeof dinstarSettings>;
