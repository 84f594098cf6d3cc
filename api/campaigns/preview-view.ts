import { detailOf } from '../../domain/problems/errors.ts';
import { faultView, type Language } from '../../domain/problems/said.ts';
import { z } from '@hono/zod-openapi';
import { howToAnswer, sampleOf } from '../../domain/campaigns/preview.ts';
import type { AnswerBy, Refusal } from '../../domain/sending/sender-policy.ts';
import { Reach, Warnings } from './campaign-view.ts';
import { Money } from '../http/money-view.ts';
import type { PlannedMessage } from '../../planning/plan.ts';
import { Fault } from '../http/problem.ts';
import { Country, Time } from '../http/schemas.ts';

const SHOWN_FAULTS = 100;

const Encoding = z.enum(['gsm7', 'ucs2']);
export const Preview = z
  .object({
    accepted: z.boolean().openapi({ description: 'Whether it would be accepted as it is' }),
    refusals: z
      .array(z.object({ code: z.string(), detail: z.string(), errors: z.array(Fault) }))
      .openapi({ description: 'Every reason why not, with its remedy; the first hundred rows of each' }),
    warnings: Warnings,
    recipients: z.object({
      given: z.number().int(),
      kept: z.number().int(),
      duplicatesRemoved: z.number().int(),
      optedOut: z.number().int().openapi({ description: 'On the opt-out list: their messages will be skipped' }),
    }),
    sender: z.object({ given: z.string().nullable(), became: z.string().nullable() }),
    answerBy: z.enum(['reply', 'new-message', 'none']),
    segments: z.object({
      total: z.number().int(),
      classes: z.array(
        z.object({
          country: Country,
          encoding: Encoding,
          recipients: z.number().int(),
          min: z.number().int(),
          avg: z.number(),
          max: z.number().int(),
          total: z.number().int(),
        }),
      ),
    }),
    forcing: z
      .array(z.object({ character: z.string(), inText: z.boolean(), messages: z.number().int() }))
      .openapi({ description: 'The characters that take messages from 160 to 70, and whether they stand in the text itself' }),
    optimised: z
      .object({
        text: z.string(),
        changes: z.array(z.object({ from: z.string(), to: z.string(), count: z.number().int() })),
        segments: z.number().int(),
        saved: z.number().int(),
      })
      .nullable()
      .openapi({ description: 'What optimise: true would change; null when there is nothing to gain' }),
    samples: z
      .array(
        z.object({
          to: z.string(),
          sender: z.string(),
          replyCode: z.string().nullable(),
          text: z.string(),
          segments: z.number().int(),
          encoding: Encoding,
          answer: z.string(),
          mayBeAmbiguous: z.boolean(),
        }),
      )
      .openapi({ description: 'What three of the recipients will read, and how each answers' }),
    countries: Reach,
    quietHours: z.object({
      policy: z.enum(['off', 'warn', 'hold']),
      held: z.number().int(),
      until: Time.nullable(),
      clearAt: Time.nullable().openapi({
        description: 'Whatever the policy: from when on all of them may be written to; null where they may at once',
      }),
      notes: z.array(z.object({ kind: z.string(), name: z.string(), recipients: z.number().int() })),
    }),
    stopMention: z
      .object({
        added: z.number().int().openapi({ description: 'Messages that get one: it stands in the samples and is counted' }),
        missing: z.number().int().openapi({ description: 'Messages that need one, and there is no number to name' }),
      })
      .openapi({ description: 'Marketing to France says how to stop it' }),
    cost: Money.nullable().openapi({ description: 'null: no price is set' }),
  })
  .openapi('Preview');

export const refusalView = (refused: Refusal, language: Language) => ({
  code: refused.code,
  detail: detailOf(refused, language),
  errors: refused.faults.slice(0, SHOWN_FAULTS).map((each) => faultView(each, language)),
});

export const samplesView = (messages: readonly PlannedMessage[], answerBy: AnswerBy, locale: Language) =>
  sampleOf(messages).map(({ to, sender, replyCode, text, segments, encoding, ambiguous }) => {
    const answer = howToAnswer(answerBy, replyCode, locale);
    return { to, sender, replyCode, text, segments, encoding, answer, mayBeAmbiguous: ambiguous };
  });
