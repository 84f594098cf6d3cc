import type { PoolClient } from 'pg';
import { ERASED, ERASED_MESSAGE, ERASED_REPLY } from './erase-contact.ts';
import { idAt } from '../ids.ts';
import { hashOptOuts } from './opt-out.ts';
import type { HashPhone } from './phone-hash.ts';
import { affected, rows } from '../sql.ts';

export type Ageing = {
  accountId: string;
  /** Older ones are forgotten already; null: none. */
  since: Date | null;
  until: Date;
  hashPhone: HashPhone;
};

/** Those without message, reply or contact change since `until`. */
export async function inactivePhones(client: PoolClient, { accountId, until }: Ageing, phones: string[]): Promise<string[]> {
  const quiet = await rows<{ phone: string }>(
    client,
    `select p.phone from unnest($2::text[]) as p (phone) where p.phone <> '${ERASED}'
       and not exists (select from messages m where m.to_number = p.phone and m.account_id = $1
         and (m.id >= $4 or m.state in ('queued', 'submitting', 'in_doubt')))
       and not exists (select from conversations c where c.account_id = $1 and c.phone = p.phone and c.last_reply_at >= $3)
       and not exists (select from contacts c where c.account_id = $1 and c.phone = p.phone and c.updated_at >= $3)
     order by p.phone`,
    [accountId, phones, until, idAt(until.getTime())],
  );
  return quiet.map(({ phone }) => phone);
}

/** Erases inactive phones like `eraseContact`, a page at a time. Opt-outs stay as hashes. Nothing newer than `until` is touched. */
export async function forgetInactivePhones(
  client: PoolClient,
  { accountId, until, hashPhone }: Ageing,
  phones: string[],
): Promise<void> {
  if (phones.length === 0) return;
  // Concurrent filing locks and keeps its conversation.
  const talks = await rows<{ id: string }>(
    client,
    `select id from conversations where account_id = $1 and phone = any($2::text[]) and last_reply_at < $3 order by id for update`,
    [accountId, phones, until],
  );
  const ids = talks.map(({ id }) => id);
  await affected(
    client,
    `update replies set ${ERASED_REPLY}
     where conversation_id = any($2::uuid[]) and account_id = $1`,
    [accountId, ids],
  );
  await affected(
    client,
    `update messages set ${ERASED_MESSAGE}
     where to_number = any($2::text[]) and account_id = $1 and id < $3`,
    [accountId, phones, idAt(until.getTime())],
  );
  await affected(client, `delete from conversation_notes where conversation_id = any($2::uuid[]) and account_id = $1`, [
    accountId,
    ids,
  ]);
  await affected(client, `delete from conversations where id = any($2::uuid[]) and account_id = $1`, [accountId, ids]);
  await affected(client, `delete from dead_numbers where account_id = $1 and phone = any($2::text[])`, [accountId, phones]);
  await affected(client, `delete from contacts where account_id = $1 and phone = any($2::text[]) and updated_at < $3`, [
    accountId,
    phones,
    until,
  ]);
  await hashOptOuts(client, { accountId, phones, reason: 'retention' }, hashPhone);
}
