export type Json = Record<string, unknown>;
export const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const record = (value: unknown): Json => (isRecord(value) ? value : {});
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const mapValues = (from: Json, make: (value: unknown, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, make(value, key)]));

/** A part, or the component it refers to. */
export const resolved = (components: unknown, part: unknown): Json => {
  const [kind = '', name = ''] = text(record(part)['$ref']).split('/').slice(-2);
  return name === '' ? record(part) : record(record(record(components)[kind])[name]);
};
