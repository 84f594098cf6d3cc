import { z } from '@hono/zod-openapi';
import type { SuppressionReason } from '../../database/mail/mail-suppression.ts';
import type { ReplyChangeKind } from '../../domain/accounts/setting-change.ts';
import { Enabling, EndpointChange, NewEndpoint, SecretRotation } from './endpoint-fields.ts';
import { Id, Locale } from '../http/schemas.ts';

const MOST_ADDRESSES = 20;

export const ReplyEmails = z
  .array(
    z.strictObject({
      address: z.email().max(254),
      locale: Locale.optional(),
      gather: z.boolean().optional().openapi({
        description:
          'Whether a flood is gathered: an address that has had six e-mails within a minute then gets one a minute for each conversation, with all its replies. Left out: as it is, at first false',
      }),
    }),
  )
  .max(MOST_ADDRESSES)
  .openapi({ description: "All addresses that are to get one e-mail per reply; the account's locale unless one is given" });

export const SuppressionReasonView = z
  .enum(['bounced', 'unsubscribed'] satisfies SuppressionReason[])
  .openapi('SuppressionReason', {
    description: 'bounced: there is no such mailbox; unsubscribed: its reader wants no more reply mails',
  });

export const Lift = z
  .strictObject({
    address: z.email().max(254),
    reason: z.string().trim().min(1).max(300),
    resend: z
      .boolean()
      .default(false)
      .openapi({ description: 'Whether the mails that were not sent because of it, in the last 30 days, go out now' }),
  })
  .openapi('MailSuppressionLift');

const kind = <K extends ReplyChangeKind>(value: K) => z.literal(value);

/** A change as data: V2 accounts make it, V0 accounts ask an operator for it. */
export const ReplyChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('emails'), emails: ReplyEmails }),
  z.strictObject({ kind: kind('address-lift'), lift: Lift }),
  z.strictObject({ kind: kind('endpoint-new'), fields: NewEndpoint }),
  z.strictObject({ kind: kind('endpoint-change'), endpoint: Id, fields: EndpointChange }),
  z.strictObject({ kind: kind('endpoint-delete'), endpoint: Id }),
  z.strictObject({ kind: kind('endpoint-pause'), endpoint: Id }),
  z.strictObject({ kind: kind('endpoint-resume'), endpoint: Id }),
  z.strictObject({ kind: kind('endpoint-enable'), endpoint: Id, held: Enabling }),
  z.strictObject({ kind: kind('secret-rotate'), endpoint: Id, ...SecretRotation.shape }),
]);
export type ReplyChange = z.infer<typeof ReplyChange>;
