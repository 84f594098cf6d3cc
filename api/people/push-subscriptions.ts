import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { newId } from '../../database/ids.ts';
import { PUSH_CHOICES } from '../../database/people/push-subscription.ts';
import { affected, rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { missing, notFound } from '../http/problem.ts';
import { forAnyone, done, ok } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import { sessionToken } from '../http/session-cookie.ts';
import { CallbackUrl, checkCallbackUrl } from '../reply-settings/callback-url.ts';
import type { ApiServices } from '../services.ts';
import { deviceOf } from './own-sessions.ts';
import { route, showSession } from './session-view.ts';

/** Devices per person; the oldest is dropped. */
const MOST = 10;

const choice = z.enum(PUSH_CHOICES).openapi({
  description: 'Replies in conversations assigned to the person, in those assigned to nobody too, or in all that they may see',
});
const quiet = z.boolean().openapi({ description: 'Nothing from 21:00 to 08:00 in the time zone of the account' });
const PushView = z
  .object({ id: Id, choice, quiet, device: z.string().openapi({ description: 'Browser and system' }), createdAt: Time })
  .openapi('PushSubscription');
const key = (bytes: number) => z.base64url().refine((text) => Buffer.from(text, 'base64url').length === bytes);
const NewPush = z
  .strictObject({ endpoint: CallbackUrl, keys: z.object({ p256dh: key(65), auth: key(16) }), choice, quiet })
  .openapi('NewPushSubscription', { description: 'What the browser answers to `pushManager.subscribe`' });

const list = route('get', '/push-subscriptions', 'listPushSubscriptions', {
  summary: 'The devices on which a person is notified of replies',
  responses: ok(
    'All of them',
    z.object({ publicKey: z.string().openapi({ description: 'To subscribe with (RFC 8292)' }), items: z.array(PushView) }),
  ),
});
const put = route('put', '/push-subscriptions', 'putPushSubscription', {
  summary: 'Get notified of replies on this device by Web Push: a conversation’s id and a count, no text and no number',
  request: { body: body(NewPush) },
  responses: ok('The device', PushView),
});
const remove = route('delete', '/push-subscriptions/{id}', 'deletePushSubscription', {
  summary: 'Stop notifications on a device',
  request: { params: IdParam },
  responses: done('Removed', notFound),
});

const COLUMNS = 'id, choice, quiet, device, created_at as "createdAt"';
type Row = Omit<z.infer<typeof PushView>, 'createdAt'> & { createdAt: Date };
const show = (row: Row): z.infer<typeof PushView> => shown(PushView, row);

export const pushSubscriptions = (services: ApiServices) => {
  const { db, secrets, pushKey: publicKey } = services;
  return forAnyone()
    .openapi(list, async (c) => {
      const { user } = await showSession(services, sessionToken(c));
      const found = await rows<Row>(db.pool, `select ${COLUMNS} from push_subscriptions where user_id = $1 order by created_at`, [
        user.id,
      ]);
      return c.json({ publicKey, items: found.map(show) }, 200);
    })
    .openapi(put, async (c) => {
      const { user, account } = await showSession(services, sessionToken(c));
      // Operators have no conversations.
      if (account === null) throw new AppError('forbidden');
      const { choice: chosen, quiet: silent, ...subscription } = c.req.valid('json');
      await checkCallbackUrl(services, 'endpoint', subscription.endpoint);
      const [stored] = await rows<Row>(
        db.pool,
        `insert into push_subscriptions (id, user_id, endpoint_hash, sealed, device, choice, quiet, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, now())
         on conflict (endpoint_hash) do update set user_id = excluded.user_id, sealed = excluded.sealed, device = excluded.device,
           choice = excluded.choice, quiet = excluded.quiet
         returning ${COLUMNS}`,
        [
          newId(),
          user.id,
          createHash('sha256').update(subscription.endpoint).digest(),
          secrets.seal(JSON.stringify(subscription)),
          deviceOf(c.req.header('user-agent') ?? ''),
          chosen,
          silent,
        ],
      );
      if (!stored) throw missing();
      await affected(
        db.pool,
        `delete from push_subscriptions where user_id = $1 and id not in
           (select id from push_subscriptions where user_id = $1 order by created_at desc limit ${MOST})`,
        [user.id],
      );
      return c.json(show(stored), 200);
    })
    .openapi(remove, async (c) => {
      const { user } = await showSession(services, sessionToken(c));
      const removed = await affected(db.pool, 'delete from push_subscriptions where id = $1 and user_id = $2', [
        c.req.valid('param').id,
        user.id,
      ]);
      if (removed === 0) throw missing();
      return c.body(null, 204);
    });
};
