import { z } from '@hono/zod-openapi';

/** What a row may hold where a view shows a value: a time as a date, and nothing for null. */
type Held<V> = V | (string extends V ? Date : never) | (null extends V ? undefined : never);
type MayLack<T> = { [K in keyof T]-?: null extends T[K] ? K : undefined extends T[K] ? K : never }[keyof T];
type Row<T> = { [K in Exclude<keyof T, MayLack<T>>]: Held<T[K]> } & { [K in MayLack<T>]?: Held<T[K]> };

/** The view of a row: its values by the same names, times as texts, what is missing as null; and `more`, what is shown otherwise. */
export function shown<S extends z.ZodObject>(view: S, row: Row<z.infer<S>>): z.infer<S>;
export function shown<S extends z.ZodObject, M extends Partial<z.infer<S>>>(
  view: S,
  row: Row<Omit<z.infer<S>, keyof M>>,
  more: M,
): z.infer<S>;
export function shown(view: z.ZodObject, row: object, more: object = {}): object {
  const entries = Object.entries(view.shape).flatMap(([name, schema]): [string, unknown][] => {
    const value: unknown = Reflect.get(row, name);
    if (value === undefined && schema instanceof z.ZodOptional) return [];
    return [[name, value instanceof Date ? value.toISOString() : (value ?? null)]];
  });
  return { ...Object.fromEntries(entries), ...more };
}
