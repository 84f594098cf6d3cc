import { z } from '@hono/zod-openapi';
import { requireRoom } from '../../database/caps.ts';
import { contactReport } from '../../database/contacts/contact-report.ts';
import { Contact } from '../../database/contacts/contact.ts';
import { eraseContact } from '../../database/contacts/erase-contact.ts';
import { newId } from '../../database/ids.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { rows, transaction } from '../../database/sql.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { existing, missing, notFound } from '../http/problem.ts';
import { forAccounts, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Name = z.string().trim().max(100).nullable();
const Tag = z.string().trim().min(1).max(50);
const ContactView = z
  .object({
    id: Id,
    phone: z.string(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    tags: z.array(z.string()),
    optedOut: z.boolean(),
    createdAt: Time,
    updatedAt: Time,
  })
  .openapi('Contact');
const ContactIn = z
  .strictObject({
    phone: z.string().max(40).openapi({ example: '+33612345678' }),
    firstName: Name.default(null),
    lastName: Name.default(null),
    tags: z.array(Tag).max(50).default([]),
  })
  .openapi('NewContact');
const Whom = z.strictObject({ phone: z.string().max(40) }).openapi('ContactPhone');
const Anything = z.record(z.string(), z.unknown());
const Report = z
  .object({
    phone: z.string(),
    contact: Anything.nullable(),
    optOut: Anything.nullable(),
    conversation: Anything.nullable(),
    notes: z.array(Anything),
    messages: z.array(Anything),
    replies: z.array(Anything),
  })
  .openapi('ContactReport');

const route = routesOf('Contacts');
const list = route('get', '/contacts', 'listContacts', {
  summary: 'Contacts, the newest first',
  request: {
    query: PageQuery.extend({
      tag: Tag.optional(),
      search: z.string().trim().min(1).max(100).optional().openapi({ description: 'In the number and the names' }),
    }),
  },
  responses: ok('A page', pageOf(ContactView)),
});
const get = route('get', '/contacts/{id}', 'getContact', {
  summary: 'A contact',
  request: { params: IdParam },
  responses: ok('The contact', ContactView, notFound),
});
const put = route('put', '/contacts', 'putContact', {
  summary: 'Add a contact, or put this in place of what is known of that number',
  request: { body: body(ContactIn) },
  responses: ok('The contact', ContactView),
});
const remove = route('delete', '/contacts/{id}', 'deleteContact', {
  summary: 'Delete a contact; its messages stay. To remove everything: POST /contacts/erase',
  request: { params: IdParam },
  responses: done('Removed', notFound),
});
const report = route('post', '/contacts/report', 'reportContact', {
  summary: 'Everything this account knows of one number, for the person who asks to see it',
  request: { body: body(Whom) },
  responses: ok('The report', Report, notFound),
});
const Erased = z
  .object({ messages: z.number().int(), replies: z.number().int(), events: z.number().int() })
  .openapi('ContactErased');
const erase = route('post', '/contacts/erase', 'eraseContact', {
  summary: 'Erase everything this account knows of a number, abort its open deliveries, and never write to it again',
  request: { body: body(Whom) },
  responses: ok('Erased. A hash stays on the opt-out list', Erased),
});

export type ContactRow = Omit<z.infer<typeof ContactView>, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date };
export const CONTACTS = `select c.id, c.phone, c.first_name as "firstName", c.last_name as "lastName", c.tags,
    c.created_at as "createdAt", c.updated_at as "updatedAt",
    exists (select from opt_outs o where o.account_id = c.account_id and o.phone = c.phone) as "optedOut"
  from contacts c where c.account_id = $1`;
const view = (row: ContactRow) => shown(ContactView, row);

function phoneIn(raw: string, country: string): string {
  const phone = normalisePhone(raw, country);
  if ('e164' in phone) return phone.e164;
  throw invalidRequest({ field: 'phone', ...phone });
}

/** The search as a LIKE pattern, its special characters escaped. */
const likeOf = (search: string | undefined): string | null =>
  search === undefined ? null : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;

export const contacts = ({ db, hashPhone }: ApiServices) => {
  async function find(id: string, account: string): Promise<ContactRow> {
    return existing((await rows<ContactRow>(db.pool, `${CONTACTS} and c.id = $2`, [account, id]))[0]);
  }

  return forAccounts()
    .openapi(list, async (c) => {
      const account = c.get('account').id;
      const { tag, search, ...query } = c.req.valid('query');
      const find = ({ after, most }: Place) =>
        rows<ContactRow>(
          db.pool,
          `${CONTACTS} and ($2::uuid is null or c.id < $2) and ($3::text is null or $3 = any(c.tags))
             and ($4::text is null or c.phone like $4 or c.first_name ilike $4 or c.last_name ilike $4)
           order by c.id desc limit $5`,
          [account, after, tag ?? null, likeOf(search), most],
        );
      return c.json(await pageById(query, `contacts ${account}`, find, view), 200);
    })
    .openapi(get, async (c) => c.json(view(await find(c.req.valid('param').id, c.get('account').id)), 200))
    .openapi(put, async (c) => {
      const { id: account, country } = c.get('account');
      const { phone: raw, firstName, lastName, tags: given } = c.req.valid('json');
      const phone = phoneIn(raw, country);
      const stored = await transaction(db.pool, async (client) => {
        const [row] = await rows<{ id: string; fresh: boolean }>(
          client,
          `insert into contacts (id, account_id, phone, first_name, last_name, tags, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, now(), now())
         on conflict (account_id, phone) do update set first_name = excluded.first_name, last_name = excluded.last_name,
           tags = excluded.tags, updated_at = now()
         returning id, xmax = 0 as fresh`,
          [newId(), account, phone, firstName, lastName, [...new Set(given)].toSorted()],
        );
        if (row?.fresh === true) await requireRoom(client, 'contacts', { accountId: account, more: 0 });
        return row;
      });
      return c.json(view(await find(stored?.id ?? '', account)), 200);
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param');
      if ((await db.em().nativeDelete(Contact, { id, account: c.get('account').id })) === 0) throw missing();
      return c.body(null, 204);
    })
    .openapi(report, async (c) => {
      const account = c.get('account');
      const phone = phoneIn(c.req.valid('json').phone, account.country);
      const found = existing(await transaction(db.pool, (client) => contactReport(client, account.id, phone, hashPhone)));
      return c.json(found, 200);
    })
    .openapi(erase, async (c) => {
      const account = c.get('account');
      const phone = phoneIn(c.req.valid('json').phone, account.country);
      const erased = await transaction(db.pool, async (client) => {
        const counts = await eraseContact(client, account.id, phone, hashPhone);
        await recordAudit(client, { action: 'contact.erase', target: `account ${account.id}`, detail: counts });
        return counts;
      });
      return c.json(erased, 200);
    });
};
