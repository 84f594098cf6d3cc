import { storeContacts } from '../../../database/contacts/store-contacts.ts';
import { affected } from '../../../database/sql.ts';
import { normalisePhone } from '../../../domain/phone-number.ts';
import type { ApiServices, CallingAccount } from '../../services.ts';
import { textOf } from '../octopush/read-values.ts';
import { OctopushError } from '../octopush/refusals.ts';
import { objectOf, type Fields } from './send.ts';

const MOST_DELETED = 200;
const MOST_TAG = 50;

/** Their lists are our tags. */
export const tagOf = (value: unknown): string =>
  Array.from(textOf(value).replaceAll('|', ' ').trim()).slice(0, MOST_TAG).join('');

const e164 = (value: unknown, country: string): string | undefined => {
  const phone = normalisePhone(textOf(value), country);
  return 'code' in phone ? undefined : phone.e164;
};
const itemsOf = (value: unknown): unknown[] => {
  if (!Array.isArray(value) || value.length === 0) throw new OctopushError(110);
  return value;
};

/** `POST /contact/create`, tagged by list and tag name; one unreadable number refuses all. */
export async function createContacts({ db }: ApiServices, account: CallingAccount, body: Fields): Promise<void> {
  const tags = [tagOf(body['list_name']), tagOf(body['tag_name'])].filter((tag) => tag !== '');
  const contacts = itemsOf(body['contacts']).map((each) => {
    const { phone_number: phone, first_name: firstName, last_name: lastName } = objectOf(each);
    const read = e164(phone, account.country);
    if (read === undefined) throw new OctopushError(181);
    return {
      phone: read,
      firstName: textOf(firstName).slice(0, 100) || null,
      lastName: textOf(lastName).slice(0, 100) || null,
      tags,
    };
  });
  await storeContacts(db.pool, account.id, [...new Map(contacts.map((each) => [each.phone, each])).values()]);
}

/** `DELETE /contact/delete`; missing contacts are ignored. */
export async function deleteContacts({ db }: ApiServices, account: CallingAccount, body: Fields): Promise<void> {
  const phones = itemsOf(body['phone_numbers']);
  if (phones.length > MOST_DELETED) throw new OctopushError(305);
  const read = phones.flatMap((phone) => e164(phone, account.country) ?? []);
  await affected(db.pool, 'delete from contacts where account_id = $1 and phone = any($2)', [account.id, read]);
}

export function listNameOf(body: Fields): string {
  const name = tagOf(body['list_name']);
  if (name === '') throw new OctopushError(303);
  return name;
}

/** Removes the list's tag from its contacts. Throws for an empty list. */
export async function emptyList({ db }: ApiServices, account: CallingAccount, body: Fields): Promise<void> {
  const taken = await affected(
    db.pool,
    'update contacts set tags = array_remove(tags, $2), updated_at = now() where account_id = $1 and $2 = any(tags)',
    [account.id, listNameOf(body)],
  );
  if (taken === 0) throw new OctopushError(303);
}
