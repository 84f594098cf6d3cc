import { defineEntity, p } from '@mikro-orm/core';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Notice, NoticeKind } from '../domain/notice.ts';
import { newId } from './ids.ts';
import { affected, rows, type Sql } from './sql.ts';

/** A mail that is not a reply, to one address. */
const OwedNoticeSchema = defineEntity({
  name: 'OwedNotice',
  tableName: 'notices',
  indexes: [
    {
      name: 'notices_due_index',
      expression: `create index "notices_due_index" on "notices" ("next_at") where "finished_at" is null`,
    },
  ],
  properties: {
    id: p.uuid().primary(),
    /** Null for what operators are told. */
    accountId: p.uuid().nullable(),
    address: p.text(),
    locale: p.text().$type<'fr' | 'en'>(),
    timeZone: p.text(),
    kind: p.text().$type<NoticeKind>(),
    data: p.json<Notice['data']>(),
    state: p.text().$type<DeliveryState>(),
    attempts: p.smallint().default(0),
    /** When it is due; while it is in flight, when its claim ends. */
    nextAt: p.datetime(3).nullable(),
    claim: p.uuid().nullable(),
    lastClass: p.text().nullable(),
    /** The relay's last answer. */
    lastResponse: p.text().nullable(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});
export class OwedNotice extends OwedNoticeSchema.class {}
OwedNoticeSchema.setClass(OwedNotice);

/** An account's users, or its reply addresses where it has none; all operators. */
const RECIPIENTS = `
  select distinct on (lower(address)) address, locale, "timeZone" from (
    select u.email as address, c.locale, c.time_zone as "timeZone" from users u join accounts c on c.id = u.account_id where c.id = $1
    union all
    select e.address, e.locale, c.time_zone from reply_emails e join accounts c on c.id = e.account_id
    where c.id = $1 and e.deleted_at is null and not exists (select from users u where u.account_id = $1)
    union all
    select email, 'en', 'UTC' from users where $1::uuid is null and role = 'operator'
  ) told order by lower(address), address`;

/**
 * Owes one mail to each of an account's users (where there are none: to its reply addresses), or to every operator, in the
 * caller's transaction. After the commit wake the run that sends it: `runs.retryEmails()` in the API,
 * `wake.wake('retry-emails')` in an activity; the sweep finds what was not woken. Retried on the schedule of reply mails.
 * A new kind is a line in `domain/notice.ts` and its words in `templates/notice-words.ts`. Answers how many mails are owed.
 *
 *     await oweNotice(client, { to: { accountId }, kind: 'endpoint-recovered', data: { url } });
 *     await oweNotice(client, { to: 'operators', kind: 'two-way-requested', data: { accountId, accountName } });
 */
export async function oweNotice(sql: Sql, notice: Notice & { to: 'operators' | { accountId: string } }): Promise<number> {
  const accountId = notice.to === 'operators' ? null : notice.to.accountId;
  const told = await rows<{ address: string; locale: string; timeZone: string }>(sql, RECIPIENTS, [accountId]);
  return affected(
    sql,
    `insert into notices (id, account_id, address, locale, time_zone, kind, data, state, next_at, created_at)
     select id, $1, address, locale, time_zone, $2, $3::jsonb, 'pending', now(), now()
     from unnest($4::uuid[], $5::text[], $6::text[], $7::text[]) as t (id, address, locale, time_zone)`,
    [
      accountId,
      notice.kind,
      JSON.stringify(notice.data),
      told.map(() => newId()),
      told.map((each) => each.address),
      told.map((each) => each.locale),
      told.map((each) => each.timeZone),
    ],
  );
}
