import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { writeXlsxStream } from 'hucre/xlsx';
import { rows } from '../../database/sql.ts';
import { csvLine } from '../../domain/csv-cell.ts';
import { CSV, sendFile, streamOf } from '../http/csv.ts';
import { problems } from '../http/problem.ts';
import { forAccounts, routesOf } from '../http/route.ts';
import { replyConditions, replyFilters } from './reply-filters.ts';
import type { AccountEnv, ApiServices, CallingAccount } from '../services.ts';

const PAGE = 1000;
/** Up to so many, each page asks the word index again; beyond, the newest are read in order. */
const FEW = 50_000;
const COLUMNS = ['receivedAt', 'from', 'to', 'text', 'optOut', 'campaign', 'reference', 'id'] as const;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const Filters = z.strictObject(replyFilters);
const headers = z.object({
  'x-total-count': z.string().openapi({ description: 'How many replies the file will have', example: '1200' }),
});

const route = routesOf('Replies');
const csv = route('get', '/replies.csv', 'exportReplies', {
  summary: 'Replies as CSV, newest first, all that the filters leave: streamed, UTF-8 with a mark that spreadsheets know',
  request: { query: Filters },
  responses: { 200: { description: 'The file', headers, content: { 'text/csv': { schema: z.string() } } }, ...problems },
});
const xlsx = route('get', '/replies.xlsx', 'exportRepliesAsWorkbook', {
  summary: 'The same as a workbook, streamed: texts are texts, whatever they begin with',
  request: { query: Filters },
  responses: {
    200: { description: 'The file', headers, content: { [XLSX]: { schema: z.string().openapi({ format: 'binary' }) } } },
    ...problems,
  },
});

type Row = {
  receivedAt: Date;
  from: string;
  to: string;
  text: string;
  optOut: boolean;
  campaign: string | null;
  reference: string | null;
  id: string;
};

const line = (row: Row): string =>
  csvLine(COLUMNS.map((column) => row[column]).map((value) => (value instanceof Date ? value.toISOString() : `${value ?? ''}`)));

const WIDTHS: Partial<Record<keyof Row, number>> = { receivedAt: 18, from: 16, text: 60, campaign: 24, reference: 20, id: 38 };
/** Times are UTC, as in the CSV: workbooks have no zones. */
const SHEET = {
  name: 'Replies',
  columns: COLUMNS.map((header) => ({
    header,
    width: WIDTHS[header] ?? 12,
    ...(header === 'receivedAt' ? { numFmt: 'yyyy-mm-dd hh:mm:ss' } : {}),
  })),
  freezePane: { rows: 1 },
};

export const repliesExport = ({ db }: ApiServices) => {
  async function* pages(account: CallingAccount, asked: z.infer<typeof Filters>, total: number) {
    for (let before: string | undefined; ;) {
      const { values, words, all } = replyConditions(account, { ...asked, before });
      const hits = words !== null && total <= FEW;
      const found = await rows<Row>(
        db.pool,
        `${hits ? `with hits as materialized (select r.id from replies r where ${all()})` : ''}
         select r.id, r.received_at as "receivedAt", r.from_number as "from", r.reply_code as "to", r.text, r.opt_out as "optOut",
           c.name as campaign, m.reference
         from replies r left join campaigns c on c.id = r.campaign_id and c.account_id = r.account_id
           left join messages m on m.id = r.message_id and m.account_id = r.account_id
         where ${hits ? 'r.id in (select id from hits)' : all()} order by r.id desc limit ${PAGE}`,
        values,
      );
      yield found;
      if (found.length < PAGE) return;
      before = found.at(-1)?.id;
    }
  }
  async function* cells(...asked: Parameters<typeof pages>) {
    for await (const found of pages(...asked)) for (const row of found) yield COLUMNS.map((column) => row[column]);
  }
  async function* lines(...asked: Parameters<typeof pages>) {
    yield Buffer.from(`\ufeff${csvLine(COLUMNS)}`);
    for await (const found of pages(...asked)) if (found.length > 0) yield Buffer.from(found.map(line).join(''));
  }
  /** Sets the total by which the console shows progress. Throws bad filters before anything is sent. */
  async function count(c: Context<AccountEnv>, asked: z.infer<typeof Filters>): Promise<number> {
    const account = c.get('account');
    const { values, all } = replyConditions(account, asked);
    const [row] = await rows<{ count: string }>(db.pool, `select count(*) from replies r where ${all()}`, values);
    c.header('X-Total-Count', row?.count ?? '0');
    return Number(row?.count ?? 0);
  }

  return forAccounts()
    .openapi(csv, async (c) => {
      const [account, asked] = [c.get('account'), c.req.valid('query')];
      return sendFile(c, 'replies.csv', CSV, streamOf(lines(account, asked, await count(c, asked))));
    })
    .openapi(xlsx, async (c) => {
      const [account, asked] = [c.get('account'), c.req.valid('query')];
      return sendFile(c, 'replies.xlsx', XLSX, writeXlsxStream(cells(account, asked, await count(c, asked)), SHEET));
    });
};
