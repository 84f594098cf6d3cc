import { Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse, CsvError } from 'csv-parse';
import { AppError, type Fault } from '../../domain/problems/errors.ts';

/** One row as it came, by column. */
export type ListRow = Record<string, string | null>;

export type ListLimits = { rows: number; bytes: number };

const MOST_COLUMNS = 200;
/** Of one row, all its columns together. */
const LONGEST_ROW = 65_536;
const LONGEST_NAME = 100;

const refuse = (fault: Fault): AppError =>
  new AppError('invalid-list', 'The list can not be read, so nothing was stored.', [fault]);
export const listFault = (problem: string, remedy: string, row?: number): AppError =>
  refuse({ field: 'list', ...(row === undefined ? {} : { row }), problem, remedy });

/** What a list comes as: `text/csv` with a header, or one JSON object a line. */
export type ListType = 'csv' | 'ndjson';

/**
 * The rows of a list, one after the other, in as much memory as one row takes. Throws AppErrors that name the row: for text
 * that is no UTF-8, rows too long or too many, quotes that never close, a header that says a name twice.
 */
export async function* readList(
  body: ReadableStream<Uint8Array>,
  type: ListType,
  { gzip, limits }: { gzip: boolean; limits: ListLimits },
): AsyncGenerator<ListRow> {
  const bytes = Readable.from(body, { objectMode: false });
  const plain: AsyncIterable<unknown> = gzip ? gunzip(bytes) : bytes;
  const text = decode(count(plain, limits.bytes));
  let row = 0;
  for await (const values of type === 'csv' ? readCsv(text) : readLines(text)) {
    if (++row > limits.rows)
      throw listFault(`has more than ${limits.rows.toLocaleString('en')} rows`, 'Split it into several campaigns', row);
    yield values;
  }
  if (row === 0) throw listFault('has no rows', 'Send a header and at least one recipient');
}

async function* gunzip(bytes: Readable): AsyncGenerator {
  const unpacked = bytes.pipe(createGunzip());
  bytes.once('error', (error) => unpacked.destroy(error));
  try {
    yield* unpacked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw listFault('is not valid gzip', 'Send it compressed with gzip, or without Content-Encoding');
    throw error;
  }
}

/** Passes on what came until it is too much: a few kilobytes of gzip may hold gigabytes. */
async function* count(chunks: AsyncIterable<unknown>, most: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > most)
      throw listFault(`is larger than ${Math.round(most / 1_048_576)} MB, unpacked`, 'Split it into several campaigns');
    yield chunk;
  }
}

async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    if (error instanceof TypeError) throw listFault('is not valid UTF-8', 'Save it as UTF-8 (in a spreadsheet: "CSV UTF-8")');
    throw error;
  }
}

async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<ListRow> {
  const { first, all } = await peekLine(text);
  const source = Readable.from(all, { objectMode: false });
  const parser: Transform & AsyncIterable<unknown> = parse({
    bom: true,
    delimiter: separatorOf(first),
    columns: checkedHeader,
    max_record_size: LONGEST_ROW,
    skip_empty_lines: true,
    trim: true,
  });
  source.once('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const record of parser) if (isRow(record)) yield record;
  } catch (error) {
    source.destroy();
    throw error instanceof CsvError ? csvFault(error) : error;
  }
}

/** The first line, and all of the text once more. */
async function peekLine(text: AsyncIterable<string>): Promise<{ first: string; all: AsyncIterable<string> }> {
  const iterator = text[Symbol.asyncIterator]();
  let begin = '';
  while (!begin.includes('\n') && begin.length <= LONGEST_ROW) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    begin += value;
  }
  async function* all(): AsyncGenerator<string> {
    yield begin;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  }
  return { first: begin.split('\n', 1)[0] ?? '', all: all() };
}

/** A spreadsheet in French separates by semicolons. */
const separatorOf = (header: string): string => {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const count = (separator: string): number => bare.split(separator).length;
  return [';', ',', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
};

const isRow = (record: unknown): record is ListRow => typeof record === 'object' && record !== null;

function checkedHeader(header: string[]): string[] {
  if (header.length > MOST_COLUMNS)
    throw listFault(`has ${header.length} columns`, `Send ${MOST_COLUMNS} at most: a phone number and what the text uses`);
  const seen = new Set<string>();
  for (const [index, name] of header.entries()) {
    if (name === '') throw listFault(`has no name for column ${index + 1}`, 'Name every column in the first line');
    if (name.length > LONGEST_NAME)
      throw listFault(`has a column name of ${name.length} characters`, `Shorten it: ${LONGEST_NAME} at most`);
    if (seen.has(name)) throw listFault(`names the column "${name.slice(0, 50)}" twice`, 'Give each column a name of its own');
    seen.add(name);
  }
  return header;
}

function csvFault(error: CsvError): AppError {
  const code: string = error.code;
  // Rows are counted without the header, as everywhere.
  const line = typeof error['records'] === 'number' ? error['records'] + 1 : undefined;
  switch (code) {
    case 'CSV_MAX_RECORD_SIZE':
      return listFault(
        `has a row of more than ${LONGEST_ROW} characters`,
        'Close every quote, and send one recipient a line',
        line,
      );
    case 'CSV_QUOTE_NOT_CLOSED':
      return listFault('ends within quotes', 'Close every quote', line);
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return listFault(
        'has a row with another number of columns than its header',
        'Put values that hold the separator in quotes',
        line,
      );
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return listFault('has a quote in the middle of a value', 'Put the whole value in quotes, and double those within', line);
    default:
      return listFault('is not CSV', 'Send a header and one recipient a line, separated by commas or semicolons', line);
  }
}

async function* readLines(text: AsyncIterable<string>): AsyncGenerator<ListRow> {
  let rest = '';
  let row = 0;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield readLine(line, ++row);
    if (rest.length > LONGEST_ROW)
      throw listFault(`has a row of more than ${LONGEST_ROW} characters`, 'Send one JSON object a line', row + 1);
  }
  if (rest.trim() !== '') yield readLine(rest, row + 1);
}

function readLine(line: string, row: number): ListRow {
  if (line.length > LONGEST_ROW)
    throw listFault(`has a row of more than ${LONGEST_ROW} characters`, 'Send one JSON object a line', row);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw listFault('has a line that is no JSON', 'Send one JSON object a line', row);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw listFault('has a line that is no JSON object', 'Send {"to": "+33612345678", …}', row);
  const entries = Object.entries(value).map(([name, item]): [string, string | null] => {
    if (item === null || typeof item === 'string') return [name, item];
    if (typeof item === 'number' && Number.isFinite(item)) return [name, String(item)];
    throw listFault(`has "${name.slice(0, 50)}" that is neither text nor a number`, 'Send it as a string', row);
  });
  if (entries.length > MOST_COLUMNS)
    throw listFault(`has a row of ${entries.length} fields`, `Send ${MOST_COLUMNS} at most`, row);
  return Object.fromEntries(entries);
}
