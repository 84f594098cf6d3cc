import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { stream } from 'hono/streaming';
import { rows } from '../database/sql.ts';
import { normalisePhone } from '../domain/phone-number.ts';
import { invalid } from './invalid.ts';
import { problems } from './problem.ts';
import { Id, TimeIn } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const PAGE = 1000;
const COLUMNS = ['receivedAt', 'from', 'to', 'text', 'optOut', 'campaign', 'reference', 'id'] as const;

const route = createRoute({
  method: 'get',
  path: '/replies.csv',
  operationId: 'exportReplies',
  tags: ['Replies'],
  summary: 'Replies as CSV, newest first, all that the filters leave: streamed, UTF-8 with a mark that spreadsheets know',
  request: {
    query: z.strictObject({
      campaign: Id.optional(),
      from: z.string().max(40).optional(),
      since: TimeIn.optional(),
      until: TimeIn.optional(),
      optOut: z.enum(['true', 'false']).optional(),
    }),
  },
  responses: { 200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } }, ...problems },
});

type Row = Record<(typeof COLUMNS)[number], string | boolean | Date | null>;

/** A spreadsheet runs a cell that begins like a formula: an apostrophe makes it text. Numbers keep their +. */
const harmless = (text: string): string => (/^(?:[=@\t\r]|[+-](?!\d{5,}$))/.test(text) ? `'${text}` : text);
const cell = (value: Row[keyof Row]): string => {
  if (value === null) return '';
  const text = value instanceof Date ? value.toISOString() : harmless(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const line = (row: Row): string => `${COLUMNS.map((column) => cell(row[column])).join(',')}\r\n`;

export const repliesExport = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid }).openapi(route, (c) => {
    const account = c.get('account');
    const { campaign, from, since, until, optOut } = c.req.valid('query');
    const phone = from === undefined ? null : normalisePhone(from.replace(/^ /, '+'), account.country);
    // A number that is none has sent nothing.
    const number = phone === null ? null : 'problem' in phone ? '' : phone.e164;
    const filters = [
      account.id,
      campaign ?? null,
      number,
      since ?? null,
      until ?? null,
      optOut === undefined ? null : optOut === 'true',
    ];
    const page = (before: string | null): Promise<Row[]> =>
      rows<Row>(
        db.pool,
        `select r.id, r.received_at as "receivedAt", r.from_number as "from", r.reply_code as "to", r.text, r.opt_out as "optOut",
           c.name as campaign, m.reference
         from replies r left join campaigns c on c.id = r.campaign_id and c.account_id = r.account_id
           left join messages m on m.id = r.message_id and m.account_id = r.account_id
         where r.account_id = $1 and not r.hidden and ($2::uuid is null or r.campaign_id = $2)
           and ($3::text is null or r.from_number = $3) and ($4::timestamptz is null or r.received_at >= $4)
           and ($5::timestamptz is null or r.received_at < $5) and ($6::boolean is null or r.opt_out = $6)
           and ($7::uuid is null or r.id < $7)
         order by r.id desc limit ${PAGE}`,
        [...filters, before],
      );
    c.header('Content-Type', 'text/csv; charset=utf-8');
    c.header('Content-Disposition', 'attachment; filename="replies.csv"');
    return stream(c, async (out) => {
      await out.write(`\ufeff${COLUMNS.join(',')}\r\n`);
      for (let before: string | null = null; !out.aborted;) {
        const found: Row[] = await page(before);
        if (found.length > 0) await out.write(found.map(line).join(''));
        if (found.length < PAGE) return;
        before = String(found.at(-1)?.id);
      }
    });
  });
