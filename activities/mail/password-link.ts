import type { Pool } from 'pg';
import { newToken } from '../../database/people/session.ts';
import { rows } from '../../database/sql.ts';
import type { Notice } from '../../domain/mail/notice.ts';
import type { ClaimedNotice } from './claim-notices.ts';

/**
 * What a notice says when it goes. A link to choose another password is made only now, so that it stands in the mail and nowhere
 * else: of its token only the hash is stored, as of an invitation's. It holds for an hour from when it was asked for.
 */
export async function withLink(pool: Pool, publicUrl: string | null, notice: ClaimedNotice): Promise<Notice> {
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
