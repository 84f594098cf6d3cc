import type { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { writeSecrets } from '../../webhook-client/signing-secrets.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { setReplyEmails } from '../../database/mail/reply-email.ts';
import type { Secrets } from '../../database/secrets.ts';
import { affected, rows } from '../../database/sql.ts';
import { REPLAYED_DAYS } from '../../domain/durations.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { changeEndpoint, changeState, makeEndpoint, removeEndpoint, rotateSecret } from './change-endpoint.ts';
import type { Lift, ReplyChange } from './setting-change.ts';

export type Owner = { id: string; locale: 'fr' | 'en' };
/** Drawn beforehand, so that the requester sees the secret at once and nobody else does. */
export type Fresh = { id: string; secret: string };
/** `recovers`: the endpoint whose run to wake after the commit. `resent`: mails that will go after all. */
export type Made = { recovers: string | null; resent: number; othersSignUntil: string | null };

const NOTHING: Made = { recovers: null, resent: 0, othersSignUntil: null };

/** `vouched`: addresses need no confirmation, by an operator's word or because no link could be made. */
type Applied = { account: Owner; change: ReplyChange; fresh: Fresh; by: string; vouched: boolean };

/** Makes a change in the caller's transaction, under the account's lock. Throws why it can't be made. */
export async function makeReplyChange(
  client: PoolClient,
  secrets: Secrets,
  { account, change, fresh, by, vouched }: Applied,
): Promise<Made> {
  switch (change.kind) {
    case 'emails':
      await setReplyEmails(client, account, change.emails, vouched);
      return NOTHING;
    case 'address-lift':
      return { ...NOTHING, resent: await liftSuppression(client, account.id, change.lift, by) };
    case 'endpoint-new': {
      const sealed = secrets.seal(writeSecrets([{ secret: fresh.secret, until: null }]));
      await makeEndpoint(client, account.id, change, { id: fresh.id, secrets: sealed });
      return NOTHING;
    }
    case 'endpoint-change':
      return { ...NOTHING, recovers: (await changeEndpoint(client, account.id, change)) ? change.endpoint : null };
    case 'endpoint-delete':
      await removeEndpoint(client, account.id, change.endpoint);
      return NOTHING;
    case 'endpoint-pause':
    case 'endpoint-resume':
    case 'endpoint-enable':
      await changeState(client, account.id, change);
      return { ...NOTHING, recovers: change.endpoint };
    case 'secret-rotate':
      return { ...NOTHING, othersSignUntil: await rotateSecret(client, account.id, change, { secret: fresh.secret, secrets }) };
    default:
      return change satisfies never;
  }
}

const RESEND = `
  update deliveries d set state = 'pending', last_class = null, next_at = now(), finished_at = null
  from reply_emails a where a.id = d.email_id and a.account_id = $1 and lower(a.address) = lower($2) and a.deleted_at is null
    and d.account_id = $1 and d.channel = 'email' and d.state = 'aborted' and d.last_class = 'suppressed'
    and d.created_at > now() - interval '${REPLAYED_DAYS} days'`;

/** Returns how many mails go after all; wake their run after the commit. */
export async function liftSuppression(
  client: PoolClient,
  accountId: string,
  { address, reason, resend }: z.infer<typeof Lift>,
  actor: string,
): Promise<number> {
  const [gone] = await rows<{ reason: string }>(
    client,
    'delete from mail_suppressions where account_id = $1 and address = lower($2) returning reason',
    [accountId, address],
  );
  if (!gone) throw new AppError('not-found', said('not-listed'));
  const resent = resend ? await affected(client, RESEND, [accountId, address]) : 0;
  const detail = { was: gone.reason, reason, resent };
  await recordAudit(client, { actor, accountId, action: 'mail-suppression.lift', target: `account ${accountId}`, detail });
  return resent;
}
