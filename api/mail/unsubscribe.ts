import { OpenAPIHono } from '@hono/zod-openapi';
import { suppress } from '../../database/mail/mail-suppression.ts';
import { ReplyEmail } from '../../database/mail/reply-email.ts';
import { unsubscribePage } from '../../templates/unsubscribe-page.ts';
import { limitBody } from '../http/body.ts';
import type { ApiEnv, ApiServices } from '../services.ts';

const MOST_OCTETS = 10_000;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/**
 * The link under a reply mail. What follows links by itself only reads (GET); a person's button and a mail program's one click
 * (RFC 8058) both POST. The signed token is all that is asked for, and what is sent along is not read.
 */
export const unsubscribe = ({ db, mailTokens }: ApiServices) => {
  const find = async (token: string): Promise<ReplyEmail | null> => {
    const read = mailTokens.read('unsubscribe', token);
    return read && db.em().findOne(ReplyEmail, { id: read.id });
  };
  return new OpenAPIHono<ApiEnv>()
    .use('/:token', limitBody(MOST_OCTETS), async (c, next) => {
      await next();
      c.header('Content-Security-Policy', POLICY);
      c.header('Referrer-Policy', 'no-referrer');
      c.header('Cache-Control', 'no-store');
    })
    .get('/:token', async (c) => {
      const email = await find(c.req.param('token'));
      return email ? c.html(unsubscribePage(email.locale, 'ask')) : c.html(unsubscribePage('en', 'unknown'), 404);
    })
    .post('/:token', async (c) => {
      const email = await find(c.req.param('token'));
      if (!email) return c.html(unsubscribePage('en', 'unknown'), 404);
      await suppress(db.pool, { accountId: email.account, address: email.address, reason: 'unsubscribed', detail: null });
      return c.html(unsubscribePage(email.locale, 'done'));
    });
};
