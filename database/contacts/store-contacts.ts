import { newId } from '../ids.ts';
import type { Pool } from 'pg';
import { requireRoom } from '../caps.ts';
import { rows, transaction } from '../sql.ts';

/** An imported contact: null fields keep their value, tags are added. */
export type ContactRead = { phone: string; firstName: string | null; lastName: string | null; tags: string[] };

// Tags never contain a bar, so each row's travel as one text.
const STORE = `
  with given as (
    select id, phone, first_name, last_name, coalesce((select array_agg(distinct tag order by tag) from unnest(string_to_array(tags, '|')) as tag), '{}') as tags
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) as g (id, phone, first_name, last_name, tags)
  )
  insert into contacts as c (id, account_id, phone, first_name, last_name, tags, created_at, updated_at)
  select id, $1, phone, first_name, last_name, tags, now(), now() from given order by phone
  on conflict (account_id, phone) do update set updated_at = now(),
    first_name = coalesce(excluded.first_name, c.first_name), last_name = coalesce(excluded.last_name, c.last_name),
    tags = coalesce((select array_agg(distinct tag order by tag) from unnest(c.tags || excluded.tags) as tag), '{}')
  returning c.created_at = c.updated_at as fresh`;

/** Creates or completes contacts, one per number. Throws `limit-reached`. */
export async function storeContacts(pool: Pool, accountId: string, contacts: readonly ContactRead[]) {
  const values = [
    accountId,
    contacts.map(() => newId()),
    contacts.map(({ phone }) => phone),
    contacts.map(({ firstName }) => firstName),
    contacts.map(({ lastName }) => lastName),
    contacts.map((contact) => contact.tags.join('|')),
  ];
  const stored = await transaction(pool, async (client) => {
    const found = await rows<{ fresh: boolean }>(client, STORE, values);
    if (found.some(({ fresh }) => fresh)) await requireRoom(client, 'contacts', { accountId, more: 0 });
    return found;
  });
  const added = stored.filter((row) => row.fresh).length;
  return { added, changed: stored.length - added };
}
