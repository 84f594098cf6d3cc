import { defineEntity, p } from '@mikro-orm/core';
import { rows, type Sql } from '../sql.ts';

/** A number with `times` undelivered messages in a row. */
const DeadNumberSchema = defineEntity({
  name: 'DeadNumber',
  tableName: 'dead_numbers',
  properties: { accountId: p.uuid().primary(), phone: p.text().primary(), times: p.smallint(), lastAt: p.datetime(3) },
});
export class DeadNumber extends DeadNumberSchema.class {}
DeadNumberSchema.setClass(DeadNumber);

/** Undelivered in a row before we offer to leave the number out. */
const DEAD_AFTER = 3;

/** Whether a message reached number `d` since its last failure, or was sent within the second before. */
const ARRIVED = `exists (select from messages a where a.to_number = d.phone and a.account_id = d.account_id
  and a.state = 'delivered' and a.submitted_at > d.last_at - interval '1 second')`;

/** Counts undelivered messages among `applied`. */
export const NOTE_DEAD = `
  insert into dead_numbers as d (account_id, phone, times, last_at)
  select account_id, to_number, count(*), now() from applied where status = 'undelivered' group by 1, 2 order by 1, 2
  on conflict (account_id, phone) do update
    set times = case when ${ARRIVED} then excluded.times else least(d.times + excluded.times, 1000) end, last_at = now()`;

export async function countDead(sql: Sql, accountId: string, phones: readonly string[]): Promise<number> {
  const [found] = await rows<{ count: number }>(
    sql,
    `select count(*)::int as count from dead_numbers d
     where d.account_id = $1 and d.phone = any($2::text[]) and d.times >= ${DEAD_AFTER} and not ${ARRIVED}`,
    [accountId, phones],
  );
  return found?.count ?? 0;
}

/** Adds the account's dead numbers to its opt-out list; returns how many are new. */
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
