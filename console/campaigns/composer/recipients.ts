import { parse } from 'csv-parse/browser/esm/sync';

/** `bare`: numbers one a line, without a name above them. */
export type Recipients = { columns: string[]; rows: Record<string, string>[]; bare: boolean };
export type Recipient = { to: string } & Record<string, string>;

const NUMBER = /^[+\d][\d\s().-]{5,20}$/;
/** Names under which lists carry their numbers. */
const NUMBER_COLUMN = /^(?:to|phone|tel|t[ée]l[ée]phone|mobile|portable|num[ée]ro|number)$/i;
const REFERENCE_COLUMN = /^(?:ref|r[ée]f[ée]rence)$/i;
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

/** As it is, or read as spreadsheets in Western Europe write it when it begins with what is no UTF-8. */
export async function inUtf8(file: File): Promise<File> {
  if (isZipped(file)) return file;
  const beginning = await file.slice(0, BEGINNING_BYTES).arrayBuffer();
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true });
    return file;
  } catch {
    const text = file.stream().pipeThrough(new TextDecoderStream('windows-1252')).pipeThrough(new TextEncoderStream());
    return new File([await new Response(text).blob()], file.name);
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

/** Which columns hold the numbers and the sender's own references; an empty name for none. */
export type Columns = { to: string; reference: string };

/** Those that were chosen, else the likeliest. */
export const columnsOf = ({ columns, rows }: Recipients, chosen: Partial<Columns>): Columns => ({
  to:
    chosen.to ??
    columns.find((column) => NUMBER_COLUMN.test(column)) ??
    columns.find((column) => rows.slice(0, 20).every((row) => NUMBER.test(row[column] ?? ''))) ??
    columns[0] ??
    'to',
  reference: chosen.reference ?? columns.find((column) => REFERENCE_COLUMN.test(column)) ?? '',
});

/** As the API takes them: the number as `to`, every other column as a value for the text. */
export const asRecipients = ({ rows }: Recipients, columns: Columns): Recipient[] =>
  rows.map(({ [columns.to]: to = '', ...values }) => {
    const reference = values[columns.reference];
    return reference === undefined ? { ...values, to } : { ...values, to, reference };
  });
