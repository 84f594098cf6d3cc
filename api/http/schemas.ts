import { z } from '@hono/zod-openapi';
import { because } from '../../domain/problems/said.ts';

export const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
export const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });

export const Id = z.uuid();
export const IdParam = z.object({ id: Id.openapi({ param: { name: 'id', in: 'path' } }) });
/** ISO 8601, UTC, to the millisecond. */
export const Time = z.iso.datetime();
/** ISO 8601 with an offset. PostgreSQL has no year 0, and campaigns are neither older than SMS nor a thousand years ahead. */
export const TimeIn = z.iso
  .datetime({ offset: true, abort: true })
  .refine((time) => /^(?:19\d\d|2\d{3})-/.test(time), because('year'));
export const Route = z.enum(['premium', 'lowcost']);
export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, because('country'))
  .openapi({ example: 'FR' });
export const Locale = z.enum(['fr', 'en']);

export const iso = (time: Date | null | undefined): string | null => (time ? time.toISOString() : null);

/** A column's value: a time is a Date, and null may be missing. */
type Held<V> = V | (string extends V ? Date : never) | (null extends V ? undefined : never);
type MayLack<T> = { [K in keyof T]-?: null extends T[K] ? K : undefined extends T[K] ? K : never }[keyof T];
type Row<T> = { [K in Exclude<keyof T, MayLack<T>>]: Held<T[K]> } & { [K in MayLack<T>]?: Held<T[K]> };

/** The view of a row by the same names: dates as text, missing values as null; `more` overrides. */
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
