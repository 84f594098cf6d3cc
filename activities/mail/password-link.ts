import type { Pool } from 'pg';
import type { MailTokens } from '../../database/mail/mail-tokens.ts';
import { newToken } from '../../database/people/session.ts';
import { rows } from '../../database/sql.ts';
import { DAY_MS } from '../../domain/durations.ts';
import type { Notice } from '../../domain/mail/notice.ts';
import type { ClaimedNotice } from './claim-notices.ts';

type Deps = { pool: Pool; publicUrl: string | null; tokens: MailTokens };

const CONFIRM_DAYS = 7;

/**
 * The notice's text at the time of sending. A password link is created only now, so it exists only in the mail: of its token the
 * hash is stored, as for an invitation. Valid for an hour from the request.
 */
export async function withLink({ pool, publicUrl, tokens }: Deps, notice: ClaimedNotice): Promise<Notice> {
  if (notice.kind === 'confirm-address') {
    const token = tokens.write('confirm', notice.data.emailId, CONFIRM_DAYS);
    const until = new Date(Date.now() + CONFIRM_DAYS * DAY_MS).toISOString();
    return { kind: notice.kind, data: { ...notice.data, open: { link: `${publicUrl ?? ''}/confirm-address/${token}`, until } } };
  }
  if (notice.kind !== 'password-forgotten') return notice;
  const { userId } = notice.data;
  const { token, hash } = newToken();
  const [made] = await rows<{ until: Date }>(
    pool,
    `with ended as (delete from invitations where expires_at < now())
     insert into invitations (hash, user_id, created_at, expires_at)
     select $1, $2, now(), created_at + interval '1 hour' from notices where id = $3 returning expires_at as until`,
    [hash, userId, notice.id],
  );
  const link = `${publicUrl ?? ''}/password#${token}`;
  return { kind: notice.kind, data: { userId, open: { link, until: (made?.until ?? new Date()).toISOString() } } };
}
