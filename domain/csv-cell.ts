/**
 * One cell of a CSV, quoted where it has to be. A spreadsheet runs a cell that begins like a formula, behind white space and in full-width characters
 * too: an apostrophe makes it text. Numbers keep their sign.
 */
export function csvCell(value: string | number | null): string {
  const text = String(value ?? '');
  const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) && !/^[+-]\d+(?:[.,]\d+)?$/.test(text);
  const harmless = formula ? `'${text}` : text;
  return /[",;\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A line of a CSV with its end, by RFC 4180. */
export const csvLine = (values: readonly (string | number | null)[]): string => `${values.map(csvCell).join(',')}\r\n`;
