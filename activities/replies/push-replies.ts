import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Secrets } from '../../database/secrets.ts';
import { affected, rows } from '../../database/sql.ts';
import type { GuardedFetch } from '../../webhook-client/guarded-fetch.ts';
import { encryptPush, vapidHeader, type Vapid } from '../../webhook-client/web-push.ts';

export type PushWay = { vapid: Vapid; fetch: GuardedFetch };
type Deps = { pool: Pool; log: Logger; secrets: Secrets; push: PushWay };
export type PushReplies = ReturnType<typeof createPushReplies>;

const Subscription = z.object({ endpoint: z.string(), keys: z.object({ p256dh: z.string(), auth: z.string() }) });
/** Minimum interval per device; each notice replaces the last. */
const PACE_SECONDS = 5;
const NIGHT = { from: 21, to: 8 };
/** A notice older than a day is useless. */
const TTL_SECONDS = 86_400;
const GONE = new Set([404, 410]);

/** Devices to notify, once each, with the latest conversation and the unread count. */
const DUE = `with due as (
    select distinct on (s.id) s.id, c.id as conversation, u.role = 'agent-restricted' as restricted, u.email, c.account_id
    from replies r join conversations c on c.id = r.conversation_id
    join users u on u.account_id = r.account_id join push_subscriptions s on s.user_id = u.id
    join accounts a on a.id = r.account_id and a.erase_at is null
    where r.id = any($1::uuid[]) and not r.hidden and c.state <> 'blocked'
      and (c.assignee = u.email or c.assignee is null and s.choice <> 'mine' or s.choice = 'all' and u.role <> 'agent-restricted')
      and (s.pushed_at is null or s.pushed_at < now() - interval '${PACE_SECONDS} seconds')
      and not (s.quiet and (extract(hour from now() at time zone a.time_zone) >= ${NIGHT.from}
        or extract(hour from now() at time zone a.time_zone) < ${NIGHT.to}))
    order by s.id, r.received_at desc)
  update push_subscriptions s set pushed_at = now() from due d where s.id = d.id
  returning s.id, s.sealed, d.conversation, (select count(*)::int from conversations c where c.account_id = d.account_id and c.unread > 0
    and (not d.restricted or c.assignee is null or c.assignee = d.email)) as unread`;
type Due = { id: string; sealed: Buffer; conversation: string; unread: number };

export const createPushReplies = ({ pool, log, secrets, push: { vapid, fetch } }: Deps) => {
  async function tell({ id, sealed, conversation, unread }: Due): Promise<void> {
    const { endpoint, keys } = Subscription.parse(JSON.parse(secrets.open(sealed)));
    const { status } = await fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization: vapidHeader(endpoint, vapid),
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        ttl: String(TTL_SECONDS),
        urgency: 'high',
        topic: 'replies',
      },
      // Only an id and a count: a lost phone shows no text and no number.
      body: encryptPush(keys, JSON.stringify({ id: conversation, unread })),
    });
    if (GONE.has(status)) await affected(pool, 'delete from push_subscriptions where id = $1', [id]);
    else if (status >= 300) log.warn({ push: id, status }, 'a push service refused a notice');
  }
  return {
    /** At most once: notifies subscribed devices. A lost notice is not repeated; the next one says the same. */
    async pushReplies(replyIds: string[]): Promise<number> {
      const due = await rows<Due>(pool, DUE, [replyIds]);
      await Promise.all(
        due.map((each) =>
          tell(each).catch((error: unknown) =>
            log.warn({ err: error, push: each.id }, 'a notice did not reach its push service'),
          ),
        ),
      );
      return due.length;
    },
  };
};
