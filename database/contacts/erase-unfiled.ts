import type { PoolClient } from 'pg';
import { WINDOW_MS } from '../../domain/replies/attribution.ts';
import { idAt } from '../ids.ts';
import { affected } from '../sql.ts';

const lastNine = (column: string): string => `right(regexp_replace(${column}, '[^0-9]', '', 'g'), 9)`;

/** Whether what $2 wrote to that code can only be meant for account $1: nobody else wrote to it lately or rents the number. */
const only = (code: string): string => `
  (exists (select from messages m where m.to_number = $2 and m.account_id = $1 and m.id > $3)
    or exists (select from numbers n where n.account_id = $1 and ${lastNine('n.number')} = ${lastNine(code)}))
  and not exists (select from messages m where m.to_number = $2 and m.account_id <> $1 and m.id > $3)
  and not exists (select from numbers n where n.account_id <> $1 and ${lastNine('n.number')} = ${lastNine(code)})`;

/**
 * Takes out what the phone wrote and no account has yet: parts of a message that is not whole, and replies that wait to be filed.
 * Only where nobody but this account can be meant, for another's reply is not its to erase. It goes before the messages do.
 */
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
