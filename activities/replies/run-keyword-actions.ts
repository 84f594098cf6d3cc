import type { PoolClient } from 'pg';
import type { NewEvent } from '../../database/callbacks/emit-events.ts';
import { newId } from '../../database/ids.ts';
import { affected } from '../../database/sql.ts';
import type { Filed } from './filing-types.ts';
import { campaignOf } from './reply-event.ts';

/** Applies the rules' tags, creating missing contacts. */
export async function tagContacts(client: PoolClient, filed: Filed[]): Promise<void> {
  const tagged = filed.flatMap((each) =>
    (each.rule?.actions ?? []).flatMap((action) => (action.do === 'tag' ? [{ each, tag: action.tag }] : [])),
  );
  if (tagged.length === 0) return;
  await affected(
    client,
    `insert into contacts (id, account_id, phone, tags, created_at, updated_at)
     select (array_agg(t.id))[1], t.account_id, t.phone, array_agg(distinct t.tag order by t.tag), now(), now()
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as t (id, account_id, phone, tag)
     group by t.account_id, t.phone order by t.account_id, t.phone
     on conflict (account_id, phone) do update set updated_at = now(),
       tags = (select array_agg(distinct tag order by tag) from unnest(contacts.tags || excluded.tags) as tag)
     where not contacts.tags @> excluded.tags`,
    [
      tagged.map(() => newId()),
      tagged.map(({ each }) => each.accountId),
      tagged.map(({ each }) => each.reply.from_number),
      tagged.map(({ tag }) => tag),
    ],
  );
}

/** Owes the mails of forwarding rules. Returns how many. */
export async function oweForwards(client: PoolClient, filed: Filed[]): Promise<number> {
  const forwarded = filed.flatMap((each) =>
    (each.rule?.actions ?? []).flatMap((action) => (action.do === 'forward' ? [{ each, to: action.to }] : [])),
  );
  if (forwarded.length === 0) return 0;
  return affected(
    client,
    `insert into notices (id, account_id, address, locale, time_zone, kind, data, state, next_at, created_at)
     select f.id, f.account_id, f.address, a.locale, a.time_zone, 'reply-forwarded', f.data, 'pending', now(), now()
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) as f (id, account_id, address, data) join accounts a on a.id = f.account_id`,
    [
      forwarded.map(() => newId()),
      forwarded.map(({ each }) => each.accountId),
      forwarded.map(({ to }) => to),
      forwarded.map(({ each: { reply, rule } }) =>
        JSON.stringify({
          from: reply.from_number,
          text: reply.text,
          at: reply.received_at.toISOString(),
          word: rule?.word ?? '',
        }),
      ),
    ],
  );
}

export const keywordEvents = (filed: Filed[]): NewEvent[] =>
  filed.flatMap((each) =>
    (each.rule?.actions ?? []).flatMap((action): NewEvent[] =>
      action.do === 'event'
        ? [
            {
              accountId: each.accountId,
              type: 'keyword.matched',
              replyId: each.reply.id,
              data: matched(action.name, each),
            },
          ]
        : [],
    ),
  );

const matched = (name: string, { reply, rule, answered, conversationId }: Filed) => ({
  name,
  rule: { id: rule?.id ?? null, word: rule?.word ?? null },
  reply: {
    id: reply.id,
    from: reply.from_number,
    to: reply.reply_code,
    text: reply.text,
    receivedAt: reply.received_at.toISOString(),
  },
  campaign: campaignOf(answered),
  conversationId,
});
