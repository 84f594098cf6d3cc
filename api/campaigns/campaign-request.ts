import { z } from '@hono/zod-openapi';
import { readCampaignKeyword } from '../../domain/replies/attribution.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault, type Fault } from '../../domain/problems/said.ts';
import { CallbackUrl } from '../reply-settings/callback-url.ts';
import { Route, TimeIn } from '../http/schemas.ts';

const A_YEAR_MS = 366 * 86_400_000;
/** How far a customer's clock may be behind ours. */
const PAST_TOLERANCE_MS = 5 * 60_000;

export const SkipOptedOut = z.boolean().default(false).openapi({
  description: 'Takes a message to a number on the opt-out list and skips it; without it such a message is refused (opted-out)',
});

export const Sending = {
  route: Route,
  sender: z.string().max(20).optional().openapi({
    description:
      '3 to 11 letters and digits, 12345 for a short code, or a number that the account rents; needed on premium without replies',
    example: 'Boutique',
  }),
  allowUnreachable: z.boolean().default(false).openapi({
    description:
      'Sends to recipients who could not reply all the same: from the sender ID given, or the rented number; otherwise they refuse all',
  }),
  withReplies: z.boolean().default(false).openapi({ description: 'Premium: sends from a short code, whatever the sender' }),
  optimise: z.boolean().default(false).openapi({
    description: 'Writes characters that cost more plainly (’ as an apostrophe, ê as e); a preview shows what it would change',
  }),
  simulation: z.boolean().default(false).openapi({ description: 'Goes through everything but the carrier' }),
};

export const CampaignText = {
  name: z.string().trim().min(1).max(200),
  text: z
    .string()
    .min(1)
    .max(5000)
    .openapi({ description: 'With merge tags', example: 'Bonjour {{firstName}}, serez-vous là samedi ?' }),
  ...Sending,
  requestId: z.string().min(1).max(255).optional().openapi({
    description:
      'Your own name for the campaign, echoed in callbacks about its replies; left out, the Idempotency-Key of POST /campaigns',
  }),
  purpose: z.enum(['marketing', 'transactional']).default('marketing'),
  resendInDoubt: z.boolean().default(false).openapi({
    description:
      'Transactional only: a message of which nobody knows whether it went out is sent once more, so that it may arrive twice',
  }),
  keyword: z.string().max(40).optional().openapi({
    description: 'One word of its own that replies begin with: it tells them from replies to others by the same number',
  }),
  callbackUrl: CallbackUrl.optional().openapi({
    description:
      'Where replies to this campaign are posted, besides the callback endpoints of the account. It becomes an endpoint with scope campaigns, shared by all campaigns that name it: POST /callback-endpoints/{id}/secrets shows a signing secret',
  }),
  sendAt: TimeIn.optional().openapi({ description: 'Left out: at once' }),
};

const LONGEST_VALIDITY_S = 7 * 24 * 60 * 60;
export const Validity = z.int().min(60).max(LONGEST_VALIDITY_S).optional().openapi({
  description:
    'Seconds from sendAt, or from now: what has not gone by then is skipped (reason expired), and an operator stops trying. Left out: no end',
});

export const HoldSeconds = z.number().int().min(1).max(60).optional().openapi({
  description: 'Nothing goes for that long, so that a cancel stops all of it; `sendAt` then says from when on it may',
});

type Asked = {
  purpose: 'marketing' | 'transactional';
  resendInDoubt: boolean;
  keyword?: string | undefined;
  sendAt?: string | undefined;
};

/** Checks a campaign's fields without its recipients. Throws all faults at once. */
export function readCampaignText({ purpose, resendInDoubt, keyword, sendAt }: Asked, now: Date) {
  const word = keyword === undefined ? { word: null } : readCampaignKeyword(keyword);
  const faults = [
    ...(resendInDoubt && purpose !== 'transactional' ? [fault('resendInDoubt', 'alerts-only')] : []),
    ...('word' in word ? [] : [{ field: 'keyword', ...word }]),
    ...timeFaults(sendAt, now.getTime()),
  ];
  if (faults.length > 0 || !('word' in word)) throw invalidRequest(...faults);
  return { sendAt: sendAt === undefined ? null : new Date(sendAt), keyword: word.word };
}

function timeFaults(sendAt: string | undefined, now: number): Fault[] {
  if (sendAt === undefined) return [];
  const time = Date.parse(sendAt);
  const past = time < now - PAST_TOLERANCE_MS;
  return !past && time < now + A_YEAR_MS ? [] : [fault('sendAt', past ? 'send-at-past' : 'send-at-far')];
}

/** Null for at once. Throws for an unusable time. */
export function sendTime(sendAt: string | undefined, now: number): Date | null {
  const faults = timeFaults(sendAt, now);
  if (faults.length > 0) throw invalidRequest(...faults);
  return sendAt === undefined ? null : new Date(sendAt);
}
