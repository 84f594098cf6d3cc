import type { Context } from 'hono';
import { ReplyEmail } from '../../../database/mail/reply-email.ts';
import { changeReplies } from '../../reply-settings/request-setting-change.ts';
import { ReplyEmails } from '../../reply-settings/setting-change.ts';
import type { AccountEnv, ApiServices } from '../../services.ts';
import { OctopushError } from './refusals.ts';

/** Adds an address that replies are mailed to; a V0 account asks its operator for it. */
export async function setAnswerEmail(services: ApiServices, c: Context<AccountEnv>, address: string): Promise<void> {
  const account = c.get('account').id;
  const known = await services.db.em().find(ReplyEmail, { account, deletedAt: null }, { orderBy: { id: 'asc' } });
  if (known.some((each) => each.address.toLowerCase() === address.toLowerCase())) return;
  const emails = ReplyEmails.safeParse([
    ...known.map(({ address, locale, gather }) => ({ address, locale, gather })),
    { address },
  ]);
  if (!emails.success) throw new OctopushError(202);
  await changeReplies(services, c, { kind: 'emails', emails: emails.data });
}
