import { Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse, CsvError } from 'csv-parse';
import type { AppError } from '../../domain/problems/errors.ts';
import type { ListGuess } from '../../database/campaigns/list-import.ts';
import { flaw } from '../../domain/problems/said.ts';
import { decodeText } from './decode-text.ts';
import { listFault } from './list-fault.ts';
import { readXlsx } from './read-xlsx.ts';

export type ListRow = Record<string, string | null>;

export type ListLimits = { rows: number; bytes: number };

const MOST_COLUMNS = 200;
/** All columns of a row together. */
const LONGEST_ROW = 65_536;
const LONGEST_NAME = 100;

/** CSV with a header, a workbook whose first row is one, or one JSON object a line. */
export type ListType = 'csv' | 'xlsx' | 'ndjson';
export type ListBody = { body: ReadableStream<Uint8Array>; type: ListType; gzip: boolean };

/**
 * Streams the rows of a list with one row in memory (for a workbook its archive), noting in `guess` how it was read. Throws
 * AppErrors that name the row.
 */
export async function* readList({ body, type, gzip }: ListBody, limits: ListLimits, guess: ListGuess): AsyncGenerator<ListRow> {
  const bytes = Readable.from(body, { objectMode: false });
  const plain: AsyncIterable<unknown> = gzip ? gunzip(bytes) : bytes;
  const counted = count(plain, limits.bytes);
  const text = () => decodeText(counted, (encoding) => (guess.encoding = encoding));
  let row = 0;
  const all = type === 'xlsx' ? named(readXlsx(counted), false) : type === 'csv' ? readCsv(text(), guess) : readLines(text());
  for await (const values of all) {
    if (++row > limits.rows) throw listFault(flaw('list-rows', { n: limits.rows }), row);
    yield values;
  }
  if (row === 0) throw listFault(flaw('list-without-rows'));
}

async function* gunzip(bytes: Readable): AsyncGenerator {
  const unpacked = bytes.pipe(createGunzip());
  bytes.once('error', (error) => unpacked.destroy(error));
  try {
    yield* unpacked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) throw listFault(flaw('list-gzip'));
    throw error;
  }
}

/** Limits the unpacked bytes: kilobytes of gzip may hold gigabytes. */
async function* count(chunks: AsyncIterable<unknown>, most: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > most) throw listFault(flaw('list-bytes', { n: Math.round(most / 1_048_576) }));
    yield chunk;
  }
}

async function* readCsv(text: AsyncIterable<string>, guess: ListGuess): AsyncGenerator<ListRow> {
  const { delimiter, all } = await beginCsv(text);
  guess.separator = delimiter;
  const source = Readable.from(all, { objectMode: false });
  const parser: Transform & AsyncIterable<unknown> = parse({
    bom: true,
    delimiter,
    relax_column_count: true,
    max_record_size: LONGEST_ROW,
    skip_empty_lines: true,
    trim: true,
  });
  source.once('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    yield* named(parser, true);
  } catch (error) {
    source.destroy();
    throw error instanceof CsvError ? csvFault(error) : error;
  }
}

/**
 * Rows by the names in the first one. Skips blank rows and unnamed trailing columns, as spreadsheets leave them. `isWhole`: rows
 * must be as wide as the header.
 */
async function* named(rows: AsyncIterable<unknown>, isWhole: boolean): AsyncGenerator<ListRow> {
  let header: string[] | null = null;
  let row = 0;
  for await (const cells of rows) {
    if (!isCells(cells) || cells.every((cell) => cell === '')) continue;
    if (header === null) {
      header = checkedHeader(cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1));
      continue;
    }
    row++;
    const isOver = cells.length > header.length && cells.slice(header.length).some((cell) => cell !== '');
    if (isOver || (isWhole && cells.length < header.length)) throw listFault(flaw('list-row-width'), row);
    yield Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']));
  }
}

const isCells = (record: unknown): record is string[] => Array.isArray(record);

/** Finds the separator by the first line, or by Excel's `sep=` line. */
async function beginCsv(text: AsyncIterable<string>): Promise<{ delimiter: string; all: AsyncIterable<string> }> {
  const iterator = text[Symbol.asyncIterator]();
  let begin = '';
  while (!/\n.*\n/s.test(begin) && begin.length <= LONGEST_ROW) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    begin += value;
  }
  const told = /^\uFEFF?sep=(.)\r?\n/i.exec(begin);
  if (told) begin = begin.slice(told[0].length);
  const delimiter = told?.[1] ?? separatorOf(begin.split('\n', 1)[0] ?? '');
  async function* all(): AsyncGenerator<string> {
    yield begin;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  }
  return { delimiter, all: all() };
}

/** French spreadsheets use semicolons. */
const separatorOf = (header: string): string => {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const count = (separator: string): number => bare.split(separator).length;
  return [';', ',', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
};

function checkedHeader(header: string[]): string[] {
  if (header.length > MOST_COLUMNS) throw listFault(flaw('list-columns', { n: header.length, most: MOST_COLUMNS }));
  const seen = new Set<string>();
  for (const [index, name] of header.entries()) {
    if (name === '') throw listFault(flaw('list-unnamed-column', { n: index + 1 }));
    if (name.length > LONGEST_NAME) throw listFault(flaw('list-column-name', { n: name.length, most: LONGEST_NAME }));
    if (seen.has(name)) throw listFault(flaw('list-column-twice', { name: name.slice(0, 50) }));
    seen.add(name);
  }
  return header;
}

function csvFault(error: CsvError): AppError {
  const code: string = error.code;
  // Counted without the header.
  const line = typeof error['records'] === 'number' ? Math.max(error['records'], 1) : undefined;
  switch (code) {
    case 'CSV_MAX_RECORD_SIZE':
      return listFault(flaw('list-long-row', { n: LONGEST_ROW }), line);
    case 'CSV_QUOTE_NOT_CLOSED':
      return listFault(flaw('list-open-quote'), line);
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return listFault(flaw('list-stray-quote'), line);
    default:
      return listFault(flaw('list-not-csv'), line);
  }
}

async function* readLines(text: AsyncIterable<string>): AsyncGenerator<ListRow> {
  let rest = '';
  let row = 0;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield readLine(line, ++row);
    if (rest.length > LONGEST_ROW) throw listFault(flaw('list-long-row', { n: LONGEST_ROW }), row + 1);
  }
  if (rest.trim() !== '') yield readLine(rest, row + 1);
}

function readLine(line: string, row: number): ListRow {
  if (line.length > LONGEST_ROW) throw listFault(flaw('list-long-row', { n: LONGEST_ROW }), row);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw listFault(flaw('list-not-json'), row);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw listFault(flaw('list-not-object'), row);
  const entries = Object.entries(value).map(([name, item]): [string, string | null] => {
    if (item === null || typeof item === 'string') return [name, item];
    if (typeof item === 'number' && Number.isFinite(item)) return [name, String(item)];
    throw listFault(flaw('list-value', { name: name.slice(0, 50) }), row);
  });
  if (entries.length > MOST_COLUMNS) throw listFault(flaw('list-fields', { n: entries.length, most: MOST_COLUMNS }), row);
  return Object.fromEntries(entries);
}
