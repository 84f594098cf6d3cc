const PLACE = /\{\{\s*([A-Za-z]+)\s*\}\}/g;

export type Values = Record<string, string>;

export function placesIn(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(PLACE)].map(([, name = '']) => name);
  if (Array.isArray(value)) return value.flatMap(placesIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(placesIn) : [];
}

/** `write` escapes values: URL-encoded in an address; in JSON they are strings already. */
export const fill = (template: string, values: Values, write: (value: string) => string = (value) => value): string =>
  template.replaceAll(PLACE, (_, name: string) => write(values[name] ?? ''));

export function fillAll(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, values)]));
}

/** The value at a path such as `messages.0.id`, or undefined. An empty path is the whole. */
export function at(document: unknown, path: string): unknown {
  let here: unknown = document;
  for (const step of path === '' ? [] : path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}

/** A non-empty string, a number or a boolean as text; else undefined. */
export function textAt(document: unknown, path: string | undefined): string | undefined {
  const value = path === undefined ? undefined : at(document, path);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
