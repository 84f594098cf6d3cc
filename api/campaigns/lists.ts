import { Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { stream } from 'hono/streaming';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { ListImport, type ListGuess } from '../../database/campaigns/list-import.ts';
import { copyListRows } from '../../database/campaigns/store-list.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows } from '../../database/sql.ts';
import { csvLine } from '../../domain/csv-cell.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { fault, faultView, faultWords, fieldName, said, type Language, type StoredFlaw } from '../../domain/problems/said.ts';
import { Fault } from '../http/problem.ts';
import { accepted, forAccounts, ok, routesOf } from '../http/route.ts';
import { speak } from '../http/language.ts';
import { conflict, existing, missing, notFound, problems, refused } from '../http/problem.ts';
import { uploadTransaction } from '../lists/upload-transaction.ts';
import { Guessed, guessView, listBody, ListColumns, uploadOf } from '../lists/list-upload.ts';
import type { ListRow } from '../lists/read-list.ts';
import { Id, IdParam, Locale, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** PostgreSQL's `lock_not_available`. */
const LOCKED = '55P03';
export const ImportView = z
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
    error: Fault.nullable().openapi({ description: 'Why the list failed as a whole' }),
    guessed: Guessed,
    createdAt: Time,
    endedAt: Time.nullable(),
  })
  .openapi('ListImport');

export const importView = (list: ListImport, language: Language): z.infer<typeof ImportView> =>
  shown(ImportView, list, {
    campaignId: list.campaign,
    error: list.error ? faultView(list.error, language) : null,
    guessed: guessView(list.guessed ?? null),
  });

const text = { schema: z.string() };
const route = routesOf('Campaigns');
const upload = route('post', '/campaigns/{id}/recipients', 'uploadRecipients', {
  summary:
    'Send the list of a draft: CSV with a header, a workbook (.xlsx), or a JSON object a line; up to a million rows, gzip too. It replaces the one before',
  request: {
    params: IdParam,
    query: ListColumns,
    body: listBody,
  },
  responses: accepted('Stored; its rows are being looked at', ImportView, { ...notFound, ...conflict, ...refused }),
});

const progress = route('get', '/campaigns/{id}/recipients', 'getListImport', {
  summary: 'How far the list of a campaign has been looked at',
  request: { params: IdParam },
  responses: ok('The list', ImportView, notFound),
});

const faults = route('get', '/campaigns/{id}/recipients/faults', 'downloadListFaults', {
  summary: 'Every row that can not be accepted, as CSV: row, field, problem, remedy, and the row as it came',
  request: {
    params: IdParam,
    query: z.strictObject({
      language: Locale.optional().openapi({ description: 'Left out: as Accept-Language says, else the account’s' }),
    }),
  },
  responses: { 200: { description: 'CSV', content: { 'text/csv': text } }, ...problems, ...notFound },
});

const HEADERS = { en: ['row', 'field', 'problem', 'remedy'], fr: ['ligne', 'champ', 'problème', 'remède'] };
export const lists = ({ db, runs }: ApiServices) => {
  async function find(campaignId: string, accountId: string): Promise<ListImport> {
    return existing(await db.em().findOne(ListImport, { campaign: campaignId, accountId }, { orderBy: { id: 'desc' } }));
  }

  return forAccounts()
    .openapi(upload, async (c) => {
      const { id: campaignId } = c.req.valid('param');
      const accountId = c.get('account').id;
      if ((await db.em().count(Campaign, { id: campaignId, account: accountId })) === 0) throw missing();
      const list = uploadOf(c, c.req.valid('query'));
      const id = newId();
      // One transaction: an unreadable list or a crash leaves everything as it was.
      await uploadTransaction(c, db.pool, async (client) => {
        await beginImport(client, campaignId, accountId);
        await importStored(client, { id, accountId, campaignId, ...(await list.store(client, id)) });
      });
      // As stored, before its run changes it.
      const stored = importView(await find(campaignId, accountId), speak(c));
      runs.importRecipients(id, accountId);
      return c.json(stored, 202);
    })
    .openapi(progress, async (c) => c.json(importView(await find(c.req.valid('param').id, c.get('account').id), speak(c)), 200))
    .openapi(faults, async (c) => {
      const list = await find(c.req.valid('param').id, c.get('account').id);
      const language = speak(c, c.req.valid('query').language);
      c.header('Content-Type', 'text/csv; charset=utf-8');
      c.header('Content-Disposition', `attachment; filename="faults-${list.campaign}.csv"`);
      return stream(c, async (out) => {
        await out.write(`\ufeff${csvLine([...HEADERS[language], ...list.columns])}`);
        for (let after: [number, number] = [0, -1]; ;) {
          const page = await rows<{ row: number; index: number; field: string; words: StoredFlaw; values: ListRow }>(
            db.pool,
            `select f.row, f.index, f.field, r."values",
                case when f.code is null then jsonb_build_object('problem', f.problem, 'remedy', f.remedy)
                     else jsonb_build_object('code', f.code, 'facts', coalesce(f.facts, '{}')) end as words
             from list_faults f
             join list_rows r on r.import_id = f.import_id and r.row = f.row
             where f.import_id = $1 and (f.row, f.index) > ($2, $3) order by f.row, f.index limit 1000`,
            [list.id, ...after],
          );
          const last = page.at(-1);
          if (!last) return;
          after = [last.row, last.index];
          const lines = page.map(({ row, field, words, values }) => {
            const { problem, remedy } = faultWords(words, language);
            return csvLine([row, fieldName(field, language), problem, remedy, ...list.columns.map((name) => values[name] ?? '')]);
          });
          await out.write(lines.join(''));
        }
      });
    });
};

/** Locks an unlaunched campaign until the transaction ends. Throws why it can't be changed. */
export async function holdDraft(client: PoolClient, campaignId: string, accountId: string): Promise<void> {
  const [campaign] = await rows<{ state: string }>(
    client,
    'select state from campaigns where id = $1 and account_id = $2 for update nowait',
    [campaignId, accountId],
  ).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === LOCKED) throw new AppError('conflict', said('campaign-busy'));
    throw error;
  });
  if (!campaign) throw missing();
  if (campaign.state !== 'draft' && campaign.state !== 'ready')
    throw new AppError('conflict', said('campaign-not-draft', { state: campaign.state }));
}

/** Copies the rows of a list, without those that an erasure emptied. Returns how many. */
export const takeRows = (client: PoolClient, from: string, to: string): Promise<number> =>
  affected(
    client,
    `insert into list_rows (import_id, row, "values")
     select $1, row_number() over (order by row), "values" from list_rows where import_id = $2 and "values" <> '{}'`,
    [to, from],
  );

/** Sets a campaign to `importing` and deletes what its earlier list made. Throws why it can't be changed. */
export async function beginImport(client: PoolClient, campaignId: string, accountId: string): Promise<void> {
  await holdDraft(client, campaignId, accountId);
  await affected(client, `update campaigns set state = 'importing' where id = $1`, [campaignId]);
  await affected(client, `delete from messages where campaign_id = $1`, [campaignId]);
  await affected(
    client,
    `with old as (select id from list_imports where campaign_id = $1), faults as (delete from list_faults using old where import_id = old.id)
     delete from list_rows using old where import_id = old.id`,
    [campaignId],
  );
}

export const nobody = (): AppError =>
  new AppError('invalid-list', said('nobody-to-write-to'), [fault('list', 'list-selects-nobody')]);

export const importStored = (
  client: PoolClient,
  list: { id: string; accountId: string; campaignId: string; columns: string[]; listed: number; guessed?: ListGuess },
): Promise<number> =>
  affected(
    client,
    `insert into list_imports (id, account_id, campaign_id, state, columns, listed, guessed, created_at) values ($1, $2, $3, 'importing', $4, $5, $6, now())`,
    [list.id, list.accountId, list.campaignId, list.columns, list.listed, list.guessed ? JSON.stringify(list.guessed) : null],
  );

/** Stores the recipients of a JSON campaign as a list already checked. */
export async function keepRows(
  client: PoolClient,
  campaign: { accountId: string; id: string; total: number; segments: number },
  recipients: Record<string, string | number | null | undefined>[],
): Promise<void> {
  const id = newId();
  const { accountId, id: campaignId, total, segments } = campaign;
  const columns = [...new Set(recipients.flatMap((each) => Object.keys(each)))];
  const values = recipients.map((each) =>
    Object.fromEntries(
      Object.entries(each).map(([name, value]) => [name, value === undefined || value === null ? null : String(value)]),
    ),
  );
  const listed = await copyListRows(client, id, Readable.from(values));
  await importStored(client, { id, accountId, campaignId, columns, listed });
  await affected(
    client,
    `update list_imports set state = 'ready', through = listed, accepted = $2, duplicates = listed - $2, segments = $3, ended_at = now() where id = $1`,
    [id, total, segments],
  );
}
