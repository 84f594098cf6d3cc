import type { PoolClient } from 'pg';
import { WINDOW_MS } from '../../domain/replies/attribution.ts';
import { idAt } from '../ids.ts';
import { affected } from '../sql.ts';

const lastNine = (column: string): string => `right(regexp_replace(${column}, '[^0-9]', '', 'g'), 9)`;

/** Whether $2's reply to that code can only be for account $1: no other account wrote lately or rents the number. */
const only = (code: string): string => `
  (exists (select from messages m where m.to_number = $2 and m.account_id = $1 and m.id > $3)
    or exists (select from numbers n where n.account_id = $1 and ${lastNine('n.number')} = ${lastNine(code)}))
  and not exists (select from messages m where m.to_number = $2 and m.account_id <> $1 and m.id > $3)
  and not exists (select from numbers n where n.account_id <> $1 and ${lastNine('n.number')} = ${lastNine(code)})`;

/** Erases a phone's unfiled parts and replies, only where no other account can be meant. Runs before the messages are erased. */
export async function eraseUnfiled(client: PoolClient, accountId: string, phone: string, erased: string): Promise<void> {
  const values = [accountId, phone, idAt(Date.now() - WINDOW_MS.own)];
  await affected(
    client,
    `delete from inbound_parts p where p.reply_id is null and ${lastNine('p.from_raw')} = ${lastNine('$2::text')} and ${only('p.to_raw')}`,
    values,
  );
  await affected(
    client,
    `update replies r set from_number = $4, from_raw = $4, text = '', body = null
     where r.filed_at is null and r.account_id is null and r.from_number = $2 and ${only('r.reply_code')}`,
    [...values, erased],
  );
}
