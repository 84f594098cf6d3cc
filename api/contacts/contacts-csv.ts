import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said, type Fault } from '../../domain/problems/said.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { CONTACTS, type ContactRow } from './contacts.ts';
import { csvLine } from '../../domain/csv-cell.ts';
import { csvLines, streamOf } from '../http/csv.ts';
import { invalid } from '../http/invalid.ts';
import { problems, refused } from '../http/problem.ts';
import { body, json } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const MOST = 100_000;
const MOST_FAULTS = 1000;
const PAGE = 5000;
const COLUMNS = ['phone', 'firstName', 'lastName', 'tags'];

const Import = z
  .strictObject({
    csv: z.string().max(10_000_000).openapi({
      description: 'With a header that names phone, and firstName, lastName and tags (separated by a bar) where there are any',
    }),
    tag: z.string().trim().min(1).max(50).optional().openapi({ description: 'Put on every one of them' }),
  })
  .openapi('ContactImport');

const tags = ['Contacts'];
const upload = createRoute({
  method: 'post',
  path: '/contacts/import',
  operationId: 'importContacts',
  tags,
  summary:
    'Add contacts from CSV, 100,000 at most. Names that are given replace what was known, tags are added; one bad row refuses all',
  request: { body: body(Import) },
  responses: {
    200: {
      description: 'Stored',
      content: json(z.object({ added: z.number().int(), changed: z.number().int() }).openapi('ContactsImported')),
    },
    ...problems,
    ...refused,
  },
});
const download = createRoute({
  method: 'get',
  path: '/contacts.csv',
  operationId: 'exportContacts',
  tags,
  summary: 'All contacts as CSV, as they can be imported',
  responses: { 200: { description: 'The contacts', content: { 'text/csv': { schema: z.string() } } }, ...problems },
});

type Read = { phone: string; firstName: string | null; lastName: string | null; tags: string[] };

/** The contacts of an import, each number once: the last row counts. Throws a refusal that names every bad row. */
function readContacts({ csv, tag }: z.infer<typeof Import>, country: string): Read[] {
  const [header = [], ...lines] = csvLines(csv);
  const place = new Map(header.map((name, index) => [name, index]));
  if (!place.has('phone')) throw invalidRequest(fault('csv', 'csv-column', { name: 'phone', columns: COLUMNS.join(',') }));
  if (lines.length > MOST) throw invalidRequest(fault('csv', 'csv-rows', { n: lines.length, most: MOST }));
  const faults: Fault[] = [];
  const found = new Map<string, Read>();
  for (const [index, line] of lines.entries()) {
    const valueOf = (column: string): string => line[place.get(column) ?? -1] ?? '';
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
      if (faults.length < MOST_FAULTS) faults.push({ ...found, row: index + 1 });
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

// A tag never holds a bar, so that tags travel as one text each row.
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

export const contactsCsv = ({ db }: ApiServices) => {
  async function* lines(account: string) {
    yield Buffer.from(csvLine(COLUMNS));
    for (let after: string | null = null; ;) {
      const found: ContactRow[] = await rows<ContactRow>(
        db.pool,
        `${CONTACTS} and ($2::uuid is null or c.id > $2) order by c.id limit ${PAGE}`,
        [account, after],
      );
      yield Buffer.from(found.map((row) => csvLine([row.phone, row.first_name, row.last_name, row.tags.join('|')])).join(''));
      const last = found.at(-1);
      if (!last || found.length < PAGE) return;
      after = last.id;
    }
  }
  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(upload, async (c) => {
      const account = c.get('account');
      const contacts = readContacts(c.req.valid('json'), account.country);
      const stored = await rows<{ fresh: boolean }>(db.pool, STORE, [
        account.id,
        contacts.map(() => newId()),
        contacts.map(({ phone }) => phone),
        contacts.map(({ firstName }) => firstName),
        contacts.map(({ lastName }) => lastName),
        contacts.map((contact) => contact.tags.join('|')),
      ]);
      const added = stored.filter((row) => row.fresh).length;
      return c.json({ added, changed: stored.length - added }, 200);
    })
    .openapi(download, (c) => {
      c.header('Content-Disposition', 'attachment; filename="contacts.csv"');
      c.header('Content-Type', 'text/csv; charset=utf-8');
      return c.body(streamOf(lines(c.get('account').id)), 200);
    });
};
