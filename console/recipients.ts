import { parse } from 'csv-parse/browser/esm/sync';

export type Recipients = { columns: string[]; rows: Record<string, string>[] };
const NUMBER = /^[+\d][\d\s().-]{5,20}$/;
/** Names under which lists carry their numbers. */
const NUMBER_COLUMN = /^(?:to|phone|tel|t[ée]l[ée]phone|mobile|portable|num[ée]ro|number)$/i;

/** Numbers one a line, or CSV with names in its first line. Throws for a file that is no CSV. */
export function readRecipients(text: string): Recipients {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.every((line) => NUMBER.test(line.trim()))) {
    return { columns: ['to'], rows: lines.map((line) => ({ to: line.trim() })) };
  }
  const rows: Record<string, string>[] = parse(text, {
    columns: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    delimiter: [',', ';', '\t'],
  });
  return { columns: Object.keys(rows[0] ?? {}), rows };
}

/** The column that most likely holds the numbers. */
export const numberColumnOf = ({ columns, rows }: Recipients): string =>
  columns.find((column) => NUMBER_COLUMN.test(column)) ??
  columns.find((column) => rows.slice(0, 20).every((row) => NUMBER.test(row[column] ?? ''))) ??
  columns[0] ??
  'to';

/** As the API takes them: the number as `to`, every other column as a value for the text. */
export const asRecipients = ({ rows }: Recipients, numberColumn: string): ({ to: string } & Record<string, string>)[] =>
  rows.map(({ [numberColumn]: to = '', ...values }) => ({ ...values, to }));

/** A text with its merge tags filled in, and the columns that have no value in this row. */
export function mergedWith(text: string, values: Record<string, string>): { text: string; missing: string[] } {
  const missing: string[] = [];
  const merged = text.replaceAll(/\{\{\{?\s*([^{}\s]+)\s*\}?\}\}/g, (tag, name: string) => {
    const value = values[name];
    if (value === undefined || value === '') missing.push(name);
    return value || tag;
  });
  return { text: merged, missing };
}
