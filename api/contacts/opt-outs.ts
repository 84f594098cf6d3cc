import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { leaveOutDead } from '../../database/sending/dead-number.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, flaw, said, type Fault } from '../../domain/problems/said.ts';
import { phoneColumnOf } from '../../domain/phone-column.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { csvLine } from '../../domain/csv-cell.ts';
import { createBreath } from '../../planning/breath.ts';
import { CSV, csvLines, sendFile, streamOf } from '../http/csv.ts';
import { pageBy, pageOf, PageQuery } from '../http/cursor.ts';
import { notFound, problems, refused } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const MOST = 100_000;
const MOST_FAULTS = 1000;
const EXPORT_PAGE = 5000;

const Source = z.enum(['reply', 'import', 'api', 'keyword', 'erasure', 'dead']);
const OptOutView = z
  .object({
    phone: z.string().nullable().openapi({ description: 'null: the contact was erased, and only a hash is left' }),
    since: Time,
    source: Source,
    reason: z.string().nullable(),
    by: z.string().nullable().openapi({ description: 'The key that added it' }),
    replyId: z.uuid().nullable(),
  })
  .openapi('OptOut');

const Entry = z.object({ phone: z.string().max(40), reason: z.string().max(300).optional() });
const Import = z
  .strictObject({
    entries: z.array(z.unknown()).max(MOST).optional().openapi({ description: 'Objects of phone and reason, or phones alone' }),
    csv: z.string().max(10_000_000).optional().openapi({ description: 'Or lines of phone and reason, with or without a header' }),
    reason: z.string().trim().max(300).optional().openapi({ description: 'For those without one of their own' }),
  })
  .openapi('OptOutImport');
const Lift = z.strictObject({ phone: z.string().max(40), reason: z.string().trim().min(1).max(300) }).openapi('OptOutLift');

const route = routesOf('Opt-outs');
const list = route('get', '/opt-outs', 'listOptOuts', {
  summary: 'Opted-out numbers, since when and why, newest first',
  request: { query: PageQuery.extend({ source: Source.optional() }) },
  responses: ok('A page', pageOf(OptOutView)),
});
const add = route('post', '/opt-outs/import', 'importOptOuts', {
  summary: 'Add numbers; one bad row refuses all and names every bad row',
  request: { body: body(Import) },
  responses: ok('Added', z.object({ added: z.number().int(), already: z.number().int() }).openapi('OptOutsImported'), refused),
});
const addDead = route('post', '/opt-outs/dead', 'optOutDeadNumbers', {
  summary: 'Add every number that the last three messages or more did not reach',
  responses: ok('Added', z.object({ added: z.number().int() }).openapi('DeadNumbersAdded')),
});
const lift = route('post', '/opt-outs/lift', 'liftOptOut', {
  summary: 'Take a number off the list, at the person’s request; the reason is kept',
  request: { body: body(Lift) },
  responses: ok('Lifted', z.object({ lifted: z.boolean() }).openapi('OptOutLifted'), notFound),
});
const download = route('get', '/opt-outs/export', 'exportOptOuts', {
  summary: 'The whole list as CSV; erased contacts are left out',
  responses: { 200: { description: 'The list', content: { 'text/csv': { schema: z.string() } } }, ...problems },
});

type Row = Omit<z.infer<typeof OptOutView>, 'phone' | 'since'> & { phone: string; since: Date };
const COLUMNS = 'phone, since, source, reason, added_by as by, reply_id as "replyId"';
const view = (row: Row) => shown(OptOutView, row, { phone: row.phone.startsWith('#') ? null : row.phone });

type Read = { phone: string; reason: string | null };

/** The numbers of an import. Throws a refusal that names every bad row. */
async function readEntries(asked: z.infer<typeof Import>, country: string): Promise<Read[]> {
  const faults: Fault[] = [];
  const found = new Map<string, Read>();
  const breathe = createBreath();
  const { entries, before } = await entriesOf(asked);
  for (const [index, value] of entries.entries()) {
    await breathe();
    const entry = Entry.safeParse(typeof value === 'string' ? { phone: value } : value);
    const phone = entry.success ? normalisePhone(entry.data.phone, country) : flaw('opt-out-form');
    if ('code' in phone) {
      if (faults.length < MOST_FAULTS) faults.push({ field: 'phone', row: before + index + 1, ...phone });
      continue;
    }
    if (!found.has(phone.e164))
      found.set(phone.e164, { phone: phone.e164, reason: (entry.data?.reason || asked.reason) ?? null });
  }
  if (faults.length > 0) throw new AppError('invalid-rows', said('rows-unreadable'), faults);
  return [...found.values()];
}

const entryOf = (line: string[], at: number) => {
  const [phone = '', reason] = line.slice(at);
  return reason ? { phone, reason } : { phone };
};

/** `before`: lines above the first entry. */
async function entriesOf({ entries, csv }: z.infer<typeof Import>): Promise<{ entries: unknown[]; before: number }> {
  if ((entries === undefined) === (csv === undefined)) throw invalidRequest(fault('entries', 'one', { other: 'csv' }));
  if (entries) return { entries, before: 0 };
  const lines = await csvLines(csv ?? '');
  const [first] = lines;
  // A lone line is never a header.
  const hasHeader = lines.length > 1 && !/\d/.test(first?.[0] ?? '');
  if (!hasHeader || first === undefined) return { entries: lines.map((line) => entryOf(line, 0)), before: 0 };
  const at = Math.max(0, first.indexOf(phoneColumnOf(first) ?? ''));
  return { entries: lines.slice(1).map((line) => entryOf(line, at)), before: 1 };
}

export const optOuts = ({ db, hashPhone }: ApiServices) => {
  async function* lines(account: string) {
    yield Buffer.from(csvLine(['phone', 'since', 'source', 'reason']));
    for (let after = ''; ;) {
      const found = await rows<Row>(
        db.pool,
        `select ${COLUMNS} from opt_outs where account_id = $1 and phone > $2 and phone not like '#%' order by phone limit ${EXPORT_PAGE}`,
        [account, after],
      );
      yield Buffer.from(found.map((row) => csvLine([row.phone, row.since.toISOString(), row.source, row.reason])).join(''));
      const last = found.at(-1);
      if (!last || found.length < EXPORT_PAGE) return;
      after = last.phone;
    }
  }
  return forAccounts()
    .openapi(list, async (c) => {
      const account = c.get('account').id;
      const { source, ...query } = c.req.valid('query');
      const order = {
        scope: `opt-outs ${account}`,
        position: z.tuple([z.iso.datetime(), z.string()]),
        placeOf: ({ since, phone }: Row): [string, string] => [since.toISOString(), phone],
      };
      const find = (after: [string, string] | null, most: number) =>
        rows<Row>(
          db.pool,
          `select ${COLUMNS} from opt_outs where account_id = $1 and ($2::text is null or source = $2)
             and ($3::timestamptz is null or (since, phone) < ($3, $4)) order by since desc, phone desc limit $5`,
          [account, source ?? null, ...(after ?? [null, null]), most],
        );
      return c.json(await pageBy(query, order, find, view), 200);
    })
    .openapi(add, async (c) => {
      const account = c.get('account');
      const entries = await readEntries(c.req.valid('json'), account.country);
      const added = await affected(
        db.pool,
        `insert into opt_outs (account_id, phone, since, source, reason, added_by)
         select $1, phone, now(), 'import', reason, $4 from unnest($2::text[], $3::text[]) as e (phone, reason) order by phone on conflict do nothing`,
        [account.id, entries.map(({ phone }) => phone), entries.map(({ reason }) => reason), `key ${c.get('keyId')}`],
      );
      return c.json({ added, already: entries.length - added }, 200);
    })
    .openapi(addDead, async (c) =>
      c.json({ added: await leaveOutDead(db.pool, c.get('account').id, `key ${c.get('keyId')}`) }, 200),
    )
    .openapi(lift, async (c) => {
      const account = c.get('account');
      const { phone: raw, reason } = c.req.valid('json');
      const phone = normalisePhone(raw, account.country);
      if ('code' in phone) throw invalidRequest({ field: 'phone', ...phone });
      const hash = hashPhone(phone.e164);
      await transaction(db.pool, async (client) => {
        const gone = await affected(client, 'delete from opt_outs where account_id = $1 and phone = any($2::text[])', [
          account.id,
          [phone.e164, hash],
        ]);
        if (gone === 0) throw new AppError('not-found', said('not-listed'));
        await recordAudit(client, { action: 'opt-out.lift', target: `opt-out ${hash}`, detail: { reason } });
      });
      return c.json({ lifted: true }, 200);
    })
    .openapi(download, (c) => sendFile(c, 'opt-outs.csv', CSV, streamOf(lines(c.get('account').id))));
};
