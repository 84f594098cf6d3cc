import { MESSAGE_REASONS } from '../../domain/sending/message-reasons.ts';
import { z } from '@hono/zod-openapi';
import type { Message } from '../../database/sending/message.ts';
import { PLACEHOLDER } from '../../domain/sending/sender-policy.ts';
import { Money, moneyOrNone } from '../http/money-view.ts';
import { Id, shown, Time } from '../http/schemas.ts';

export const MessageState = z
  .enum([
    'queued',
    'submitting',
    'accepted',
    'delivered',
    'undelivered',
    'expired',
    'in_doubt',
    'unknown',
    'skipped',
    'failed',
    'simulated',
  ])
  .openapi('MessageState', {
    description:
      'queued → submitting → accepted → delivered, undelivered or expired. in_doubt: it may have gone out, and is never sent again; unknown: nothing came within 48 h to tell. skipped: left out, see reason. failed: refused for good.',
  });

export const MessageView = z
  .object({
    id: Id,
    campaignId: Id.nullable(),
    conversationId: Id.nullable(),
    row: z.number().int().nullable().openapi({ description: 'Place among the recipients kept, from 1' }),
    to: z.string(),
    sender: z.string().openapi({ description: 'What the recipient sees' }),
    replyCode: z.string().nullable().openapi({ description: 'The number a reply is sent to' }),
    attribution: z.enum(['exact', 'may-be-ambiguous']).nullable().openapi({
      description:
        'Whether a reply tells which campaign it answers: not when another one awaits it by the same number. null: nobody can reply',
    }),
    text: z.string(),
    segments: z.number().int(),
    cost: Money.nullable().openapi({ description: 'null where no price is set' }),
    reference: z.string().nullable(),
    simulation: z.boolean(),
    state: MessageState,
    reason: z
      .string()
      .nullable()
      .openapi({
        description: `Why, and what to do. ${Object.entries(MESSAGE_REASONS)
          .map(([reason, words]) => `${reason}: ${words}`)
          .join(' ')} Anything else is the carrier’s own code.`,
      }),
    notBefore: Time.nullable(),
    submittedAt: Time.nullable(),
    settledAt: Time.nullable(),
  })
  .openapi('Message');

type Shown = Pick<
  Message,
  | 'id'
  | 'campaignId'
  | 'conversationId'
  | 'row'
  | 'toNumber'
  | 'sender'
  | 'replyCode'
  | 'ambiguous'
  | 'text'
  | 'segments'
  | 'costMicros'
  | 'reference'
  | 'simulation'
  | 'state'
  | 'reason'
  | 'notBefore'
  | 'submittedAt'
  | 'settledAt'
>;

export const messageView = (message: Shown): z.infer<typeof MessageView> =>
  shown(MessageView, message, {
    to: message.toNumber,
    // The operator's own code is unknown until a receipt or a reply names it.
    replyCode: message.replyCode === PLACEHOLDER ? null : (message.replyCode ?? null),
    attribution: message.replyCode ? (message.ambiguous ? 'may-be-ambiguous' : 'exact') : null,
    cost: moneyOrNone(message.costMicros),
  });

/** A message before anything happened to it. */
export const fresh = {
  state: 'queued',
  reason: null,
  notBefore: null,
  submittedAt: null,
  settledAt: null,
  ambiguous: false,
} as const;
