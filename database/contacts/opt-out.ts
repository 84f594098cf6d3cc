import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import type { HashPhone } from './phone-hash.ts';
import { affected, rows, type Sql } from '../sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { sqlIndex } from '../sql-index.ts';

export type OptOutSource = 'reply' | 'import' | 'api' | 'keyword' | 'erasure' | 'dead';

const OptOutSchema = defineEntity({
  name: 'OptOut',
  tableName: 'opt_outs',
  indexes: [sqlIndex('opt_outs_hash_index', `"opt_outs" ("phone") where "phone" like '#%'`)],
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    /** E.164, or `#` and a keyed hash once erased. */
    phone: p.text().primary(),
    since: p.datetime(3),
    replyId: p.uuid().nullable(),
    source: p.text().$type<OptOutSource>().default('reply'),
    reason: p.text().nullable(),
    /** The key that added it; null for a reply. */
    addedBy: p.text().nullable(),
  },
});
export class OptOut extends OptOutSchema.class {}
OptOutSchema.setClass(OptOut);

/** Phones per query: about 10 ms. */
const PAGE = 5000;

export async function optedOutAmong(sql: Sql, account: string, phones: string[], hashPhone: HashPhone): Promise<Set<string>> {
  const among = new Set<string>();
  for (let at = 0; at < phones.length; at += PAGE) {
    const page = phones.slice(at, at + PAGE);
    const found = await rows<{ phone: string }>(
      sql,
      `select p.phone from unnest($2::text[], $3::text[]) as p (phone, hash)
       where exists (select from opt_outs o where o.account_id = $1 and o.phone in (p.phone, p.hash))`,
      [account, page, page.map(hashPhone)],
    );
    for (const { phone } of found) among.add(phone);
  }
  return among;
}

export const countOptedOut = async (sql: Sql, account: string, phones: string[], hashPhone: HashPhone): Promise<number> =>
  (await optedOutAmong(sql, account, phones, hashPhone)).size;

/** Throws `opted-out`, before a message to one person is stored. */
export async function refuseOptedOut(sql: Sql, account: string, phone: string, hashPhone: HashPhone): Promise<void> {
  if ((await countOptedOut(sql, account, [phone], hashPhone)) > 0) throw new AppError('opted-out');
}

type Hashed = { accountId: string; phones: string[]; reason: 'erased' | 'retention' };

/** Replaces listed phones by keyed hashes: nobody is written to again by mistake. */
export const hashOptOuts = (sql: Sql, { accountId, phones, reason }: Hashed, hashPhone: HashPhone): Promise<number> =>
  affected(
    sql,
    `with listed as (delete from opt_outs where account_id = $1 and phone = any($2::text[]) returning phone, since, source)
     insert into opt_outs (account_id, phone, since, source, reason)
     select $1, h.hash, l.since, l.source, $4 from listed l join unnest($2::text[], $3::text[]) as h (phone, hash) using (phone)
     on conflict do nothing`,
    [accountId, phones, phones.map(hashPhone), reason],
  );
