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
