import { parse } from 'csv-parse/browser/esm/sync';

/** `bare`: numbers one a line, without a name above them. */
export type Recipients = { columns: string[]; rows: Record<string, string>[]; bare: boolean };
export type Recipient = { to: string } & Record<string, string>;

const NUMBER = /^[+\d][\d\s().-]{5,20}$/;
/** Names under which lists carry their numbers. */
const NUMBER_COLUMN = /^(?:to|phone|tel|t[ée]l[ée]phone|mobile|portable|num[ée]ro|number)$/i;
/** How much of a file is looked at before it is sent. */
const BEGINNING_BYTES = 65_536;

/** A spreadsheet in French separates by semicolons. */
const separatorOf = (header: string): string =>
  [';', ',', '\t'].reduce((best, each) => (header.split(each).length > header.split(best).length ? each : best));

/** Numbers one a line, or CSV with names in its first line. Nothing for what is no CSV yet: it may still be typed. */
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

/** The first rows of a file, as many as a few kilobytes hold. */
export async function readBeginning(file: File): Promise<Recipients> {
  const plain = isZipped(file) ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = plain.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let ended = false;
  while (!ended && text.length < BEGINNING_BYTES) {
    const { done, value } = await reader.read();
    ended = done;
    text += decoder.decode(value, { stream: !done });
  }
  await reader.cancel();
  // The last line may have been cut.
  return readRecipients(ended ? text : text.slice(0, text.lastIndexOf('\n')));
}

/** The column that most likely holds the numbers. */
export const numberColumnOf = ({ columns, rows }: Recipients): string =>
  columns.find((column) => NUMBER_COLUMN.test(column)) ??
  columns.find((column) => rows.slice(0, 20).every((row) => NUMBER.test(row[column] ?? ''))) ??
  columns[0] ??
  'to';

/** As the API takes them: the number as `to`, every other column as a value for the text. */
export const asRecipients = ({ rows }: Recipients, numberColumn: string): Recipient[] =>
  rows.map(({ [numberColumn]: to = '', ...values }) => ({ ...values, to }));
