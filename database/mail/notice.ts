import { defineEntity, p } from '@mikro-orm/core';
import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import type { Notice, NoticeKind } from '../../domain/mail/notice.ts';
import { newId } from '../ids.ts';
import { affected, rows, type Sql } from '../sql.ts';
import { sqlIndex } from '../sql-index.ts';

/** A mail other than a reply, to one address. */
const OwedNoticeSchema = defineEntity({
  name: 'OwedNotice',
  tableName: 'notices',
  indexes: [sqlIndex('notices_due_index', '"notices" ("next_at") where "finished_at" is null')],
  properties: {
    id: p.uuid().primary(),
    /** Null for operators' mails. */
    accountId: p.uuid().nullable(),
    address: p.text(),
    locale: p.text().$type<'fr' | 'en'>(),
    timeZone: p.text(),
    kind: p.text().$type<NoticeKind>(),
    data: p.json<Notice['data']>(),
    state: p.text().$type<DeliveryState>(),
    attempts: p.smallint().default(0),
    /** Due time; in flight, the end of its claim. */
    nextAt: p.datetime(3).nullable(),
    claim: p.uuid().nullable(),
    lastClass: p.text().nullable(),
    lastResponse: p.text().nullable(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});
export class OwedNotice extends OwedNoticeSchema.class {}
OwedNoticeSchema.setClass(OwedNotice);

/** An account's users, else its reply addresses; one user; all operators. */
const RECIPIENTS = `
  select distinct on (ordinal, lower(address)) ordinal::int, told.account_id as "accountId", address, locale, "timeZone"
  from unnest($1::uuid[], $2::uuid[], $3::bool[]) with ordinality as n (account_id, user_id, quotes, ordinal) cross join lateral (
    select c.id as account_id, u.email as address, c.locale, c.time_zone as "timeZone" from users u join accounts c on c.id = u.account_id
    where c.id = n.account_id
    union all
    select c.id, e.address, e.locale, c.time_zone from reply_emails e join accounts c on c.id = e.account_id
    where c.id = n.account_id and e.deleted_at is null and (e.confirmed_at is not null or not n.quotes) and not exists (select from users u where u.account_id = n.account_id)
    union all
    select c.id, u.email, coalesce(c.locale, 'en'), coalesce(c.time_zone, 'UTC') from users u left join accounts c on c.id = u.account_id
    where u.id = n.user_id
    union all
    select null, email, 'en', 'UTC' from users where n.account_id is null and n.user_id is null and role = 'operator'
  ) told order by ordinal, lower(address), address`;

/** `locale`: the language of the request; default the account's. */
export type NewNotice = Notice & {
  to: 'operators' | { accountId: string } | { userId: string; locale?: 'fr' | 'en' | undefined };
};

/**
 * Owes one mail to each user of an account (without users: to its reply addresses), to one user, or to every operator, in the
 * caller's transaction. After the commit wake the sending run: `runs.retryEmails()` in the API, `wake.wake('retry-emails')` in an
 * activity; the sweep finds missed ones. A new kind is a line in `domain/mail/notice.ts`, with words in
 * `templates/notice-words.ts`. Returns how many mails are owed.
 */
export const oweNotice = (sql: Sql, notice: NewNotice): Promise<number> => oweNotices(sql, [notice]);

export async function oweNotices(sql: Sql, notices: NewNotice[]): Promise<number> {
  if (notices.length === 0) return 0;
  const found = await rows<{ ordinal: number; accountId: string | null; address: string; locale: string; timeZone: string }>(
    sql,
    RECIPIENTS,
    [
      notices.map(({ to }) => (typeof to === 'object' && 'accountId' in to ? to.accountId : null)),
      notices.map(({ to }) => (typeof to === 'object' && 'userId' in to ? to.userId : null)),
      // Mails quoting others' text go to confirmed addresses only.
      notices.map(({ kind }) => kind === 'reply-forwarded'),
    ],
  );
  const localeOf = ({ to }: NewNotice): string | undefined => (typeof to === 'object' && 'userId' in to ? to.locale : undefined);
  const told = found.flatMap((each) => {
    const notice = notices[each.ordinal - 1];
    return notice ? [{ ...each, notice }] : [];
  });
  return affected(
    sql,
    `insert into notices (id, account_id, address, locale, time_zone, kind, data, state, next_at, created_at)
     select id, account_id, address, locale, time_zone, kind, data, 'pending', now(), now()
     from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::uuid[], $5::text[], $6::text[], $7::text[])
       as t (account_id, kind, data, id, address, locale, time_zone)`,
    [
      told.map((each) => each.accountId),
      told.map((each) => each.notice.kind),
      told.map((each) => JSON.stringify(each.notice.data)),
      told.map(() => newId()),
      told.map((each) => each.address),
      told.map((each) => localeOf(each.notice) ?? each.locale),
      told.map((each) => each.timeZone),
    ],
  );
}
