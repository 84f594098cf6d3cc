import { because } from '../../domain/problems/said.ts';
import { z } from 'zod';
import { retries, retriesAgree } from '../retries.ts';
import { simLimits } from '../sims.ts';
import { isTimeZone } from '../../domain/zoned-time.ts';

export const dinstarSettings = z
  .strictObject({
    /** Where the device's web interface is, such as https://192.168.1.20. */
    url: z.url({ protocol: /^https?$/, error: because('device-address') }),
    username: z.string().min(1).max(64),
    password: z.string().min(1).max(128).meta({ secret: true }),
    /** The device writes its local time, without a zone. */
    deviceTimeZone: z.string().refine(isTimeZone, because('time-zone')).default('Europe/Paris'),
    /** Some firmware answers the question for what came in to POST only. */
    incomingMethod: z.enum(['GET', 'POST']).default('GET'),
    /** In the address that the device pushes what came in to, as `?secret=…`: it signs nothing. Without it nothing is taken by push. */
    pushSecret: z.string().min(8).max(200).meta({ secret: true }).optional(),
    /** Pushed replies go on as they come, and do not wait for the nightly sync. */
    immediate: z.boolean().default(false),
    /** A call that takes longer is in doubt. */
    timeoutMs: z.int().min(100).max(120_000).default(15_000),
    ...simLimits,
    ...retries,
  })
  .superRefine(retriesAgree);

export type DinstarSettings = z.infer<typeof dinstarSettings>;
