import { because, type FaultCode } from '../../domain/problems/said.ts';
import { z } from 'zod';
import { isTimeZone } from '../../domain/zoned-time.ts';
import { retries, retriesAgree } from '../retries.ts';
import { placesIn } from './template.ts';

const path = z
  .string()
  .max(200)
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, because('path'));
/** Selects requests by a field or a query parameter. */
const when = z
  .strictObject({
    path: path.optional(),
    query: z.string().min(1).optional(),
    equals: z.string().optional(),
    oneOf: z.array(z.string()).min(1).optional(),
    exists: z.boolean().optional(),
  })
  .refine(({ path, query }) => (path === undefined) !== (query === undefined), because('when-of-one'))
  .refine(
    ({ equals, oneOf, exists }) => [equals, oneOf, exists].filter((each) => each !== undefined).length === 1,
    because('when-by-one'),
  );
const status = z.enum(['accepted', 'delivered', 'undelivered', 'expired', 'unknown']);

const signature = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['hmac-sha256', 'hmac-sha1']),
    header: z.string().min(1),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    /** The signature's prefix in its header, such as `sha256=`. */
    prefix: z.string().default(''),
    content: z.string().default('{{body}}'),
    timestampHeader: z.string().min(1).optional(),
    /** Most a signed time may differ from ours. */
    toleranceSeconds: z.int().min(1).max(86_400).default(300),
  }),
  /** The secret itself is in each request. */
  z.strictObject({ kind: z.literal('header'), header: z.string().min(1) }),
  z.strictObject({ kind: z.literal('query'), parameter: z.string().min(1) }),
  z.strictObject({ kind: z.literal('basic'), username: z.string().min(1) }),
]);

const reply = z.strictObject({
  when: when.optional(),
  /** The carrier's reply id; without one a copy can't be told from a second "OUI". */
  id: path.optional(),
  from: path,
  to: path,
  text: path,
  at: path.optional(),
});
const receipt = z.strictObject({
  when: when.optional(),
  reference: path,
  status: path,
  /** Meaning of the carrier's words; others are ignored. */
  statuses: z.record(z.string(), status),
  error: path.optional(),
  /** Where the carrier echoes our {{id}}. */
  messageId: path.optional(),
  from: path.optional(),
  to: path.optional(),
  at: path.optional(),
});

/** Rate and patience of calls to an HTTP carrier. */
export const calling = {
  window: z.int().min(1).max(500).default(10),
  messagesPerSecond: z.number().positive().optional(),
  maxBinds: z.int().min(1).max(32).default(1),
  timeoutMs: z.int().min(10).default(30_000),
  ...retries,
};
export type Calling = z.infer<z.ZodObject<typeof calling>>;

const answer = z.strictObject({
  /** `text`: its words, without spaces and marks, are `words.0`, `words.1` and so on. */
  format: z.enum(['json', 'form', 'text']).default('json'),
  /** The carrier's id: one, or a list with one per segment. */
  reference: path,
  /** Where a 200 answer states a refusal. */
  code: path.optional(),
  accepted: z.array(z.string()).min(1).optional(),
  /** HTTP statuses and codes with unusual meaning. Usual: 429 throttled, other 4xx rejected, 5xx unknown. */
  outcomes: z.record(z.string(), z.enum(['rejected', 'throttled', 'unsent', 'unknown'])).default({}),
});
export type Answer = z.input<typeof answer>;

/** Template names: of the message, and of these settings. */
const OF_MESSAGE = ['id', 'to', 'toDigits', 'from', 'text'];
const OF_SETTINGS = ['username', 'password', 'token', 'basic'] as const;

export const httpSettings = z
  .strictObject({
    /** Values are URL-encoded. */
    url: z.string().regex(/^https?:\/\/[^\s{}]+\//, because('address-with-host')),
    method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9-]+$/, because('header-name')),
        z.string().regex(/^\P{Cc}*$/u, because('header-value')),
      )
      .default({}),
    /** Its strings are templates. */
    body: z.record(z.string(), z.json()).optional(),
    bodyFormat: z.enum(['json', 'form']).default('json'),
    username: z.string().optional(),
    password: z.string().meta({ secret: true }).optional(),
    token: z.string().meta({ secret: true }).optional(),
    /** Where {{token}} is got by client credentials: `username` and `password` are the client's id and secret. */
    tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
    tokenScope: z.string().max(500).optional(),
    answer,
    ...calling,
    webhook: z
      .strictObject({
        signature,
        format: z.enum(['json', 'form', 'query']).default('json'),
        /** Path of the list when a request carries several items. */
        list: path.optional(),
        reply: reply.optional(),
        receipt: receipt.optional(),
        /** Zone of times without one. */
        timeZone: z.string().refine(isTimeZone, because('time-zone')).default('UTC'),
      })
      .optional(),
    webhookSecret: z.string().min(8).meta({ secret: true }).optional(),
  })
  .superRefine((settings, context) => {
    const refuse: Refuse = (path, why, params = {}) => context.addIssue({ code: 'custom', path, message: because(why), params });
    placesAgree(settings, refuse);
    if (settings.tokenUrl !== undefined && (settings.username === undefined || settings.password === undefined))
      refuse(['tokenUrl'], 'basic-without-login');
    if (settings.method === 'GET' && settings.body !== undefined) refuse(['body'], 'get-with-body');
    if (!placesIn([settings.url, settings.body]).some((name) => name === 'to' || name === 'toDigits'))
      refuse([settings.method === 'GET' ? 'url' : 'body'], 'no-place-for-recipient');
    const { answer, webhook } = settings;
    if (answer.accepted && !answer.code) refuse(['answer', 'code'], 'no-code-to-accept');
    retriesAgree(settings, context);
    if (webhook) webhookAgrees(webhook, settings.webhookSecret, refuse);
  });

export type HttpSettings = z.infer<typeof httpSettings>;
type Refuse = (path: PropertyKey[], why: FaultCode, params?: Record<string, unknown>) => void;

function placesAgree(settings: HttpSettings, refuse: Refuse): void {
  for (const field of ['url', 'headers', 'body'] as const) {
    for (const name of placesIn(settings[field])) {
      const own = OF_SETTINGS.find((each) => each === name);
      if (!own && !OF_MESSAGE.includes(name))
        refuse([field], 'no-such-place', { place: `{{${name}}}`, known: [...OF_MESSAGE, ...OF_SETTINGS].join(', ') });
      else if (own === 'basic' && (settings.username === undefined || settings.password === undefined))
        refuse([field], 'basic-without-login');
      else if (own === 'token' && settings.tokenUrl !== undefined) continue;
      else if (own && own !== 'basic' && settings[own] === undefined) refuse([own], 'place-without-value', { field });
    }
  }
}

function webhookAgrees(webhook: NonNullable<HttpSettings['webhook']>, secret: string | undefined, refuse: Refuse): void {
  if (secret === undefined) refuse(['webhookSecret'], 'no-webhook-secret');
  if (!webhook.reply && !webhook.receipt) refuse(['webhook'], 'webhook-unread');
  if (!('content' in webhook.signature)) return;
  const signed = placesIn(webhook.signature.content);
  if (!signed.includes('body')) refuse(['webhook', 'signature', 'content'], 'signed-without-body');
  if (signed.includes('timestamp') && webhook.signature.timestampHeader === undefined)
    refuse(['webhook', 'signature', 'timestampHeader'], 'no-timestamp-header');
}
