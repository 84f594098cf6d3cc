import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { PoolClient } from 'pg';
import { stream } from 'hono/streaming';
import { Campaign } from '../database/campaign.ts';
import { ListImport } from '../database/list-import.ts';
import { newId } from '../database/ids.ts';
import { affected, rows, transaction } from '../database/sql.ts';
import { copyListRows } from '../database/store-list.ts';
import { AppError } from '../domain/errors.ts';
import { missing } from './campaigns.ts';
import { invalid } from './invalid.ts';
import { conflict, notFound, problems, refused } from './problem.ts';
import { readList, listFault, type ListRow, type ListType } from './read-list.ts';
import { Id, IdParam, iso, json, Time } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const LIMITS = { rows: 1_000_000, bytes: 2 * 1024 * 1_048_576 };
/** How many of a list's rows tell its columns: lines of JSON may each have others. */
const LOOKED_AT = 1000;
const TYPES: Record<string, ListType> = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' };
/** PostgreSQL's code for a row that somebody else holds. */
const LOCKED = '55P03';
/** What jsonb can't hold, as JSON writes it. */
const UNSTORABLE = /\\u0000|\\ud[89a-f][0-9a-f]{2}/i;

const ImportView = z
  .object({
    id: Id,
    campaignId: Id,
    state: z.enum(['uploading', 'importing', 'ready', 'failed', 'cancelled']),
    columns: z.array(z.string()),
    listed: z.number().int().openapi({ description: 'Rows in the list' }),
    through: z.number().int().openapi({ description: 'Rows that have been looked at' }),
    accepted: z.number().int(),
    invalid: z.number().int().openapi({ description: 'Rows that can not be accepted: GET …/recipients/faults names each' }),
    duplicates: z.number().int().openapi({ description: 'Rows whose number stands earlier in the list' }),
    segments: z.number().int(),
    error: z
      .object({ field: z.string(), problem: z.string(), remedy: z.string() })
      .nullable()
      .openapi({ description: 'Why the list failed as a whole' }),
    createdAt: Time,
    endedAt: Time.nullable(),
  })
  .openapi('ListImport');

const importView = (list: ListImport): z.infer<typeof ImportView> => ({
  id: list.id,
  campaignId: list.campaign,
  state: list.state,
  columns: list.columns,
  listed: list.listed,
  through: list.through,
  accepted: list.accepted,
  invalid: list.invalid,
  duplicates: list.duplicates,
  segments: list.segments,
  error: list.error ?? null,
  createdAt: list.createdAt.toISOString(),
  endedAt: iso(list.endedAt),
});

const text = { schema: z.string() };
const upload = createRoute({
  method: 'post',
  path: '/campaigns/{id}/recipients',
  operationId: 'uploadRecipients',
  tags: ['Campaigns'],
  summary:
    'Send the list of a draft: CSV with a header, or a JSON object a line; up to a million rows, gzip too. It replaces the one before',
  request: {
    params: IdParam,
    query: z.strictObject({
      to: z.string().min(1).max(100).default('to').openapi({ description: 'The column that holds the phone number' }),
      reference: z
        .string()
        .min(1)
        .max(100)
        .default('reference')
        .openapi({ description: 'The column that holds your reference, where there is one' }),
    }),
    body: { required: true, content: { 'text/csv': text, 'application/x-ndjson': text } },
  },
  responses: {
    202: { description: 'Stored; its rows are being looked at', content: json(ImportView) },
    ...problems,
    ...notFound,
    ...conflict,
    ...refused,
  },
});

const progress = createRoute({
  method: 'get',
  path: '/campaigns/{id}/recipients',
  operationId: 'getListImport',
  tags: ['Campaigns'],
  summary: 'How far the list of a campaign has been looked at',
  request: { params: IdParam },
  responses: { 200: { description: 'The list', content: json(ImportView) }, ...problems, ...notFound },
});

const faults = createRoute({
  method: 'get',
  path: '/campaigns/{id}/recipients/faults',
  operationId: 'downloadListFaults',
  tags: ['Campaigns'],
  summary: 'Every row that can not be accepted, as CSV: row, field, problem, remedy, and the row as it came',
  request: { params: IdParam },
  responses: { 200: { description: 'CSV', content: { 'text/csv': text } }, ...problems, ...notFound },
});

const cell = (value: string): string => (/[",\n\r;]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

export const lists = ({ db, runs }: ApiServices) => {
  async function find(campaignId: string, accountId: string): Promise<ListImport> {
    const found = await db.em().findOne(ListImport, { campaign: campaignId, accountId }, { orderBy: { id: 'desc' } });
    if (!found) throw missing();
    return found;
  }

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(upload, async (c) => {
      const { id: campaignId } = c.req.valid('param');
      const { to, reference } = c.req.valid('query');
      const accountId = c.get('account').id;
      if ((await db.em().count(Campaign, { id: campaignId, account: accountId })) === 0) throw missing();
      const { body, type, gzip } = bodyOf(c);
      const id = newId();
      // One transaction: a list that can't be read, or a crash in the middle of it, leaves everything as it was.
      await transaction(db.pool, async (client) => {
        await begin(client, campaignId, accountId);
        const columns = new Set<string>();
        const list = checked(readList(body, type, { gzip, limits: LIMITS }), { to, reference }, columns);
        const listed = await copyListRows(client, id, list);
        await affected(
          client,
          `insert into list_imports (id, account_id, campaign_id, state, columns, listed, created_at) values ($1, $2, $3, 'importing', $4, $5, now())`,
          [id, accountId, campaignId, [...columns], listed],
        );
      });
      runs.importRecipients(id);
      return c.json(importView(await find(campaignId, accountId)), 202);
    })
    .openapi(progress, async (c) => c.json(importView(await find(c.req.valid('param').id, c.get('account').id)), 200))
    .openapi(faults, async (c) => {
      const list = await find(c.req.valid('param').id, c.get('account').id);
      c.header('Content-Type', 'text/csv; charset=utf-8');
      c.header('Content-Disposition', `attachment; filename="faults-${list.campaign}.csv"`);
      return stream(c, async (out) => {
        await out.write(`row,field,problem,remedy,${list.columns.map(cell).join(',')}\n`);
        for (let after: [number, number] = [0, -1]; ;) {
          const page = await rows<{
            row: number;
            index: number;
            field: string;
            problem: string;
            remedy: string;
            values: ListRow;
          }>(
            db.pool,
            `select f.row, f.index, f.field, f.problem, f.remedy, r."values" from list_faults f
             join list_rows r on r.import_id = f.import_id and r.row = f.row
             where f.import_id = $1 and (f.row, f.index) > ($2, $3) order by f.row, f.index limit 1000`,
            [list.id, ...after],
          );
          const last = page.at(-1);
          if (!last) return;
          after = [last.row, last.index];
          const lines = page.map(({ row, field, problem, remedy, values }) =>
            [String(row), field, problem, remedy, ...list.columns.map((name) => values[name] ?? '')].map(cell).join(','),
          );
          await out.write(`${lines.join('\n')}\n`);
        }
      });
    });
};

function bodyOf(c: Context<AccountEnv>): { body: ReadableStream<Uint8Array>; type: ListType; gzip: boolean } {
  const type = TYPES[(c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''];
  const encoding = c.req.header('content-encoding')?.toLowerCase() ?? 'identity';
  const fault = (field: string, problem: string, remedy: string) =>
    new AppError('invalid-request', 'The list can not be read.', [{ field, problem, remedy }]);
  if (!type) throw fault('content-type', 'is neither CSV nor JSON lines', 'Send text/csv or application/x-ndjson');
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw fault('content-encoding', 'is not known', 'Send it as it is, or with gzip');
  if (!c.req.raw.body) throw listFault('is empty', 'Send a header and at least one recipient');
  return { body: c.req.raw.body, type, gzip: encoding === 'gzip' };
}

/** The campaign becomes `importing`, without what an earlier list made of it; or an error says why it can't. */
async function begin(client: PoolClient, campaignId: string, accountId: string): Promise<void> {
  const [campaign] = await rows<{ state: string }>(
    client,
    'select state from campaigns where id = $1 and account_id = $2 for update nowait',
    [campaignId, accountId],
  ).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === LOCKED)
      throw new AppError('conflict', 'Another list of this campaign is being sent. Wait until it is through.');
    throw error;
  });
  if (!campaign) throw missing();
  if (campaign.state !== 'draft' && campaign.state !== 'ready')
    throw new AppError('conflict', `The campaign is ${campaign.state}: a list can be sent while it is a draft or ready.`);
  await affected(client, `update campaigns set state = 'importing' where id = $1`, [campaignId]);
  await affected(client, `delete from messages where campaign_id = $1`, [campaignId]);
  await affected(
    client,
    `with old as (select id from list_imports where campaign_id = $1), faults as (delete from list_faults using old where import_id = old.id)
     delete from list_rows using old where import_id = old.id`,
    [campaignId],
  );
}

/** Rows with the phone number as `to`, those that can be stored; notes their columns. */
async function* checked(
  list: AsyncIterable<ListRow>,
  { to, reference }: { to: string; reference: string },
  columns: Set<string>,
): AsyncGenerator<ListRow> {
  let row = 0;
  for await (const values of list) {
    row++;
    if (row <= LOOKED_AT) for (const name of Object.keys(values)) columns.add(name);
    if (row === 1 && !(to in values))
      throw listFault(`has no column "${to.slice(0, 50)}"`, 'Name the column of phone numbers with ?to=…');
    if (UNSTORABLE.test(JSON.stringify(values)))
      throw listFault('has a character that can not be stored (U+0000, or half of a pair)', 'Remove it', row);
    yield to === 'to' && reference === 'reference'
      ? values
      : { ...values, to: values[to] ?? null, reference: values[reference] ?? null };
  }
}
