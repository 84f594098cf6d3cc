import { recordAudit } from '../../database/people/audit.ts';
import { suppress } from '../../database/mail/mail-suppression.ts';
import { ReplyEmail } from '../../database/mail/reply-email.ts';
import { affected, transaction } from '../../database/sql.ts';
import { mailLinkPage, type MailLink } from '../../templates/mail-link-page.ts';
import { limitBody } from '../http/body.ts';
import type { ApiServices } from '../services.ts';
import { forAnyone } from '../http/route.ts';

const MOST_OCTETS = 10_000;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/**
 * A link in a mail to a reply address. Link scanners only read (GET); a button and one-click unsubscribe (RFC 8058) POST. The
 * signed token is the only credential; the body is ignored.
 */
const mailLink = ({ db, mailTokens }: ApiServices, link: MailLink, act: (email: ReplyEmail) => Promise<unknown>) => {
  const find = async (token: string): Promise<ReplyEmail | null> => {
    const read = mailTokens.read(link, token);
    return read && !read.expired ? db.em().findOne(ReplyEmail, { id: read.id }) : null;
  };
  return forAnyone()
    .use('/:token', limitBody(MOST_OCTETS), async (c, next) => {
      await next();
      c.header('Content-Security-Policy', POLICY);
      c.header('Referrer-Policy', 'no-referrer');
      c.header('Cache-Control', 'no-store');
    })
    .get('/:token', async (c) => {
      const email = await find(c.req.param('token'));
      return email ? c.html(mailLinkPage(link, email.locale, 'ask')) : c.html(mailLinkPage(link, 'en', 'unknown'), 404);
    })
    .post('/:token', async (c) => {
      const email = await find(c.req.param('token'));
      if (!email) return c.html(mailLinkPage(link, 'en', 'unknown'), 404);
      await act(email);
      return c.html(mailLinkPage(link, email.locale, 'done'));
    });
};

export const unsubscribe = (services: ApiServices) =>
  mailLink(services, 'unsubscribe', ({ account: accountId, address }) =>
    suppress(services.db.pool, { accountId, address, reason: 'unsubscribed', detail: null }),
  );

/** Sent to new addresses: replies are mailed once confirmed. */
export const confirmAddress = (services: ApiServices) =>
  mailLink(services, 'confirm', ({ id, account: accountId }) =>
    transaction(services.db.pool, async (client) => {
      const moved = await affected(
        client,
        'update reply_emails set confirmed_at = now() where id = $1 and confirmed_at is null',
        [id],
      );
      const record = { actor: 'mail', accountId, action: 'reply-settings.confirm', target: `reply-email ${id}` };
      if (moved > 0) await recordAudit(client, record);
    }),
  );
