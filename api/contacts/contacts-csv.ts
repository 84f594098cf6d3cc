import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said, type Fault } from '../../domain/problems/said.ts';
import { phoneColumnOf } from '../../domain/phone-column.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { createBreath } from '../../planning/breath.ts';
import { CONTACTS, type ContactRow } from './contacts.ts';
import { csvLine } from '../../domain/csv-cell.ts';
import { CSV, sendFile, streamOf } from '../http/csv.ts';
import { bodyOf, listBody } from '../lists/list-upload.ts';
import { readList, type ListBody, type ListRow } from '../lists/read-list.ts';
import { problems, refused } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body } from '../http/schemas.ts';
import { storeContacts, type ContactRead } from '../../database/contacts/store-contacts.ts';
import type { ApiServices } from '../services.ts';

const MOST = 100_000;
const MOST_FAULTS = 1000;
const MOST_BYTES = 10_000_000;
const PAGE = 5000;
const COLUMNS = ['phone', 'firstName', 'lastName', 'tags'] as const;
type Column = (typeof COLUMNS)[number];

const Name = z.string().min(1).max(100);
const Options = z.strictObject({
  tag: z.string().trim().min(1).max(50).optional().openapi({ description: 'Put on every one of them' }),
  columns: z
    .strictObject({ phone: Name, firstName: Name, lastName: Name, tags: Name })
    .partial()
    .optional()
    .openapi({ description: 'Which column is what, where their names do not say it' }),
});
type Options = z.infer<typeof Options>;
const Import = Options.extend({
  csv: z.string().max(10_000_000).openapi({
    description:
      'With a header that names the phone number, and firstName, lastName and tags (separated by a bar) where there are any',
  }),
}).openapi('ContactImport');
/** The same options where the body is a file. */
const ImportQuery = z.strictObject({
  tag: Options.shape.tag,
  phoneColumn: Name.optional(),
  firstNameColumn: Name.optional(),
  lastNameColumn: Name.optional(),
  tagsColumn: Name.optional(),
});

const route = routesOf('Contacts');
const upload = route('post', '/contacts/import', 'importContacts', {
  summary:
    'Add contacts from CSV or a workbook (.xlsx), 100,000 at most. Names that are given replace what was known, tags are added; one bad row refuses all',
  request: {
    query: ImportQuery,
    body: { ...body(Import), required: false, content: { ...body(Import).content, ...listBody.content } },
  },
  responses: ok('Stored', z.object({ added: z.number().int(), changed: z.number().int() }).openapi('ContactsImported'), refused),
});
const download = route('get', '/contacts.csv', 'exportContacts', {
  summary: 'All contacts as CSV, as they can be imported',
  responses: { 200: { description: 'The contacts', content: { 'text/csv': { schema: z.string() } } }, ...problems },
});

/** The contacts of an import; the last row of a number counts. Throws a refusal that names every bad row. */
async function readContacts(list: AsyncIterable<ListRow>, { tag, columns }: Options, country: string): Promise<ContactRead[]> {
  const faults: Fault[] = [];
  const found = new Map<string, ContactRead>();
  let places: Record<Column, string | undefined> | null = null;
  let row = 0;
  const breathe = createBreath();
  for await (const values of list) {
    await breathe();
    row++;
    places ??= placesOf(Object.keys(values), columns);
    const named = places;
    const valueOf = (column: Column): string => values[named[column] ?? ''] ?? '';
    const phone = normalisePhone(valueOf('phone').replace(/^'/, ''), country);
    const given = valueOf('tags')
      .split('|')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const long = [...given, valueOf('firstName'), valueOf('lastName')].some(
      (value) => value.length > 100 || value.includes('\0'),
    );
    if ('code' in phone || long || given.length > 50) {
      const found = 'code' in phone ? { field: 'phone', ...phone } : fault('csv', 'csv-value');
      if (faults.length < MOST_FAULTS) faults.push({ ...found, row });
      continue;
    }
    found.set(phone.e164, {
      phone: phone.e164,
      firstName: valueOf('firstName') || null,
      lastName: valueOf('lastName') || null,
      tags: tag === undefined ? given : [...given, tag],
    });
  }
  if (faults.length > 0) throw new AppError('invalid-rows', said('rows-unreadable'), faults);
  return [...found.values()].toSorted((a, b) => (a.phone < b.phone ? -1 : 1));
}

const optionsOf = ({ tag, phoneColumn, firstNameColumn, lastNameColumn, tagsColumn }: z.infer<typeof ImportQuery>): Options => {
  const columns = { phone: phoneColumn, firstName: firstNameColumn, lastName: lastNameColumn, tags: tagsColumn };
  return { tag, columns: Options.shape.columns.parse(Object.fromEntries(Object.entries(columns).filter(([, name]) => name))) };
};

/** The column for each field: as the request says, else by name. */
function placesOf(header: string[], chosen: Options['columns'] = {}): Record<Column, string | undefined> {
  const byName = (names: RegExp): string | undefined => header.find((name) => names.test(name));
  const places = {
    phone: chosen.phone ?? phoneColumnOf(header),
    firstName: chosen.firstName ?? byName(/^(?:first[ _]?name|pr[ée]nom)$/i),
    lastName: chosen.lastName ?? byName(/^(?:last[ _]?name|nom)$/i),
    tags: chosen.tags ?? byName(/^(?:tags|[ée]tiquettes)$/i),
  };
  const missing = Object.values(chosen).find((name) => name !== undefined && !header.includes(name));
  if (places.phone === undefined || missing !== undefined)
    throw invalidRequest(fault('csv', 'csv-column', { name: missing ?? 'phone', columns: COLUMNS.join(',') }));
  return places;
}

export const contactsCsv = ({ db }: ApiServices) => {
  async function* lines(account: string) {
    yield Buffer.from(csvLine(COLUMNS));
    for (let after: string | null = null; ;) {
      const found: ContactRow[] = await rows<ContactRow>(
        db.pool,
        `${CONTACTS} and ($2::uuid is null or c.id > $2) order by c.id limit ${PAGE}`,
        [account, after],
      );
      yield Buffer.from(found.map((row) => csvLine([row.phone, row.firstName, row.lastName, row.tags.join('|')])).join(''));
      const last = found.at(-1);
      if (!last || found.length < PAGE) return;
      after = last.id;
    }
  }
  return forAccounts()
    .openapi(upload, async (c) => {
      const account = c.get('account');
      const sent = c.req.valid('json');
      const isJson = c.req.header('content-type')?.startsWith('application/json') === true && typeof sent === 'object';
      const list: ListBody = isJson ? { body: new Blob([sent.csv]).stream(), type: 'csv', gzip: false } : bodyOf(c);
      const wish = isJson ? sent : optionsOf(c.req.valid('query'));
      const contacts = await readContacts(readList(list, { rows: MOST, bytes: MOST_BYTES }, {}), wish, account.country);
      return c.json(await storeContacts(db.pool, account.id, contacts), 200);
    })
    .openapi(download, (c) => sendFile(c, 'contacts.csv', CSV, streamOf(lines(c.get('account').id))));
};
