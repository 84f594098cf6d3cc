import { because } from '../../domain/problems/said.ts';
import { z } from 'zod';
import { retries, retriesAgree } from '../retries.ts';
import { isTimeZone } from '../../domain/zoned-time.ts';
import { simLimits, simTimeZone } from '../sims.ts';

export const smsgateSettings = z
  .strictObject({
    /** The address of the phone's API: its local server, as http://192.168.1.30:8080, or a server's path, as https://host/3rdparty/v1. */
    url: z.url({ protocol: /^https?$/, error: because('device-address') }),
    username: z.string().min(1).max(64),
    password: z.string().min(1).max(128).meta({ secret: true }),
    /** The key of the phone's webhooks; without it none are taken. */
    webhookSecret: z.string().min(8).max(256).meta({ secret: true }).optional(),
    /** A webhook signed longer ago than this is refused. The phone tries again for hours, and signs each attempt anew. */
    toleranceSeconds: z.int().min(10).max(3600).default(300),
    /** Replies go on as they come, and don't wait for the nightly sync. */
    immediate: z.boolean().default(false),
    /** Older versions of the app keep no inbox: then the nightly sync releases what webhooks brought, and that is all. */
    readInbox: z.boolean().default(true),
    /** Which phone of the server's account, where it has several. */
    deviceId: z.string().max(21).optional(),
    /** The zone of times that a phone writes without one; left out, such a reply is dated when it came. */
    deviceTimeZone: z.string().refine(isTimeZone, because('time-zone')).optional(),
    /** The slot of a phone that does not say which of its SIMs received a message. */
    defaultSim: z.int().min(1).max(8).default(1),
    /** How long the phone may keep a message that it can't send. */
    ttlSeconds: z.int().min(60).max(604_800).default(86_400),
    timeoutMs: z.int().min(100).max(120_000).default(15_000),
    ...simLimits,
    /** The time zone in which a SIM's day is counted. */
    simTimeZone,
    ...retries,
  })
  .superRefine(retriesAgree);

export type SmsgateSettings = z.infer<typeof smsgateSettings>;
