import { defineEntity, p } from '@mikro-orm/core';
import { rows, type Sql } from '../sql.ts';

/** A number whose messages an account's receipts called undelivered, one after the other: `times` since one arrived. */
const DeadNumberSchema = defineEntity({
  name: 'DeadNumber',
  tableName: 'dead_numbers',
  properties: { accountId: p.uuid().primary(), phone: p.text().primary(), times: p.smallint(), lastAt: p.datetime(3) },
});
export class DeadNumber extends DeadNumberSchema.class {}
DeadNumberSchema.setClass(DeadNumber);

/** So many in a row, and the number is offered to be left out. */
const DEAD_AFTER = 3;

/** Whether a message of the account reached the number since the last that did not, of a row `d`: one sent just before counts. */
const ARRIVED = `exists (select from messages a where a.to_number = d.phone and a.account_id = d.account_id
  and a.state = 'delivered' and a.submitted_at > d.last_at - interval '1 second')`;

/** Counts those of `applied` (messages that receipts moved, with the status) that did not arrive. */
export const NOTE_DEAD = `
  insert into dead_numbers as d (account_id, phone, times, last_at)
  select account_id, to_number, count(*), now() from applied where status = 'undelivered' group by 1, 2 order by 1, 2
  on conflict (account_id, phone) do update
    set times = case when ${ARRIVED} then excluded.times else least(d.times + excluded.times, 1000) end, last_at = now()`;

/** How many of these phones are dead to the account. */
export async function countDead(sql: Sql, accountId: string, phones: readonly string[]): Promise<number> {
  const [found] = await rows<{ count: number }>(
    sql,
    `select count(*)::int as count from dead_numbers d
     where d.account_id = $1 and d.phone = any($2::text[]) and d.times >= ${DEAD_AFTER} and not ${ARRIVED}`,
    [accountId, phones],
  );
  return found?.count ?? 0;
}

/** Puts every dead number of the account on its opt-out list; answers how many are new there. */
export async function leaveOutDead(sql: Sql, accountId: string, by: string): Promise<number> {
  const added = await rows(
    sql,
    `with dead as (
       select phone from dead_numbers d where account_id = $1 and times >= ${DEAD_AFTER} and not ${ARRIVED} order by phone
     )
     insert into opt_outs (account_id, phone, since, source, reason, added_by)
     select $1, phone, now(), 'dead', null, $2 from dead on conflict do nothing returning phone`,
    [accountId, by],
  );
  return added.length;
}
