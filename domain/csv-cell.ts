/**
 * A CSV cell, quoted if needed. An apostrophe stops spreadsheets from running text that begins like a formula, also after white
 * space and in full-width characters. Numbers keep their sign.
 */
export function csvCell(value: string | number | null): string {
  const text = String(value ?? '');
  const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) && !/^[+-]\d+(?:[.,]\d+)?$/.test(text);
  const harmless = formula ? `'${text}` : text;
  return /[",;\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** By RFC 4180, with its line end. */
export const csvLine = (values: readonly (string | number | null)[]): string => `${values.map(csvCell).join(',')}\r\n`;
