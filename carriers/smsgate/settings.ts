import { because } from '../../domain/problems/said.ts';
import { z } from 'zod';
import { retries, retriesAgree } from '../retries.ts';
import { isTimeZone } from '../../domain/zoned-time.ts';
import { simLimits, simTimeZone } from '../sims.ts';

export const smsgateSettings = z
  .strictObject({
    /** The phone's local server, as http://192.168.1.30:8080, or a server's path, as https://host/3rdparty/v1. */
    url: z.url({ protocol: /^https?$/, error: because('device-address') }),
    username: z.string().min(1).max(64),
    password: z.string().min(1).max(128).meta({ secret: true }),
    /** Key of the phone's webhooks; without it they are refused. */
    webhookSecret: z.string().min(8).max(256).meta({ secret: true }).optional(),
    /** Most a signed time may be off. The phone retries for hours and signs each attempt again. */
    toleranceSeconds: z.int().min(10).max(3600).default(300),
    /** Files replies at once, without the nightly sync. */
    immediate: z.boolean().default(false),
    /** False for older apps without inbox: the nightly sync then releases what webhooks delivered. */
    readInbox: z.boolean().default(true),
    /** Which phone of a server account. */
    deviceId: z.string().max(21).optional(),
    /** Zone of times without offset; without it such replies get their arrival time. */
    deviceTimeZone: z.string().refine(isTimeZone, because('time-zone')).optional(),
    /** SIM of messages that do not name theirs. */
    defaultSim: z.int().min(1).max(8).default(1),
    /** How long the phone may keep an unsent message. */
    ttlSeconds: z.int().min(60).max(604_800).default(86_400),
    timeoutMs: z.int().min(100).max(120_000).default(15_000),
    ...simLimits,
    /** Zone of the SIMs' calendar day. */
    simTimeZone,
    ...retries,
  })
  .superRefine(retriesAgree);

export type SmsgateSettings = z.infer<typeof smsgateSettings>;
