/** A text with merge tags filled in; `missing`: tags without a value. */
export function mergedWith(text: string, values: Record<string, string>): { text: string; missing: string[] } {
  const missing: string[] = [];
  const merged = text.replaceAll(/\{\{\{?\s*([^{}\s]+)\s*\}?\}\}/g, (tag, name: string) => {
    const value = values[name];
    if (value === undefined || value === '') missing.push(name);
    return value || tag;
  });
  return { text: merged, missing };
}
