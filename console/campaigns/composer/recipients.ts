import { parse } from 'csv-parse/browser/esm/sync';
import { phoneColumnOf } from '../../../domain/phone-column.ts';

/** `bare`: one number a line, no header. */
export type Recipients = { columns: string[]; rows: Record<string, string>[]; bare: boolean };
export type Recipient = { to: string } & Record<string, string>;

const NUMBER = /^[+\d][\d\s().-]{5,20}$/;
const REFERENCE_COLUMN = /^(?:ref|r[ée]f[ée]rence)$/i;
/** Part of a file read before upload. */
const BEGINNING_BYTES = 65_536;
const BEGINNING_ROWS = 100;

/** French spreadsheets separate by semicolons. */
const separatorOf = (header: string): string =>
  [';', ',', '\t'].reduce((best, each) => (header.split(each).length > header.split(best).length ? each : best));

/** One number a line, or CSV with a header; empty for text that is not CSV yet. */
export function readRecipients(text: string): Recipients {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.every((line) => NUMBER.test(line.trim())))
    return { columns: ['to'], rows: lines.map((line) => ({ to: line.trim() })), bare: true };
  try {
    const rows: Record<string, string>[] = parse(text, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      delimiter: separatorOf(lines[0] ?? ''),
    });
    return { columns: Object.keys(rows[0] ?? {}), rows, bare: false };
  } catch {
    return { columns: [], rows: [], bare: false };
  }
}

export const isZipped = (file: File): boolean => /\.gz$/i.test(file.name);
export const isWorkbook = (file: File): boolean => /\.xlsx$/i.test(file.name);

/** A file's first rows. The server reads it by the same rules. */
export async function readBeginning(file: File): Promise<Recipients> {
  if (isWorkbook(file)) return readWorkbook(file);
  const plain = isZipped(file) ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = plain.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [length, ended] = [0, false];
  while (!ended && length < BEGINNING_BYTES) {
    const { done, value } = await reader.read();
    ended = done;
    if (value) parts.push(value);
    length += value?.length ?? 0;
  }
  await reader.cancel();
  const text = textOf(new Uint8Array(await new Blob(parts).arrayBuffer())).replace(/^sep=.\r?\n/i, '');
  // The last line may be cut.
  return readRecipients(ended ? text : text.slice(0, text.lastIndexOf('\n')));
}

/** UTF-8, UTF-16 with a mark, or Windows-1252, as Western European spreadsheets save. */
export function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    return new TextDecoder(a === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

async function readWorkbook(file: File): Promise<Recipients> {
  const { streamXlsxRows } = await import('hucre/xlsx');
  const lines: string[][] = [];
  for await (const { values } of streamXlsxRows(file.stream(), { maxRows: BEGINNING_ROWS }))
    lines.push(values.map((value) => String(value ?? '').trim()));
  const [columns = [], ...rows] = lines.filter((line) => line.some((cell) => cell !== ''));
  const named = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ''])));
  return { columns, rows: named, bare: false };
}

/** Column names; an empty `reference` for none. */
export type Columns = { to: string; reference: string };

export const columnsOf = ({ columns, rows }: Recipients, chosen: Partial<Columns>): Columns => ({
  to:
    chosen.to ??
    phoneColumnOf(columns) ??
    columns.find((column) => rows.slice(0, 20).every((row) => NUMBER.test(row[column] ?? ''))) ??
    columns[0] ??
    'to',
  reference: chosen.reference ?? columns.find((column) => REFERENCE_COLUMN.test(column)) ?? '',
});

/** The API's form: number as `to`, other columns as merge values. */
export const asRecipients = ({ rows }: Recipients, columns: Columns): Recipient[] =>
  rows.map(({ [columns.to]: to = '', ...values }) => {
    const reference = values[columns.reference];
    return reference === undefined ? { ...values, to } : { ...values, to, reference };
  });
