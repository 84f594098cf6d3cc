import type { z } from 'zod';

/** Whether a field, or what it wraps, is marked `meta({ secret: true })`. */
function isSecret(schema: z.core.$ZodType): boolean {
  const seen = globalMeta(schema);
  if (seen) return true;
  const inner: unknown = Reflect.get(schema._zod.def, 'innerType');
  return isSchema(inner) && isSecret(inner);
}

const isSchema = (value: unknown): value is z.core.$ZodType => typeof value === 'object' && value !== null && '_zod' in value;

function globalMeta(schema: z.core.$ZodType): boolean {
  const meta: unknown = 'meta' in schema && typeof schema.meta === 'function' ? schema.meta() : undefined;
  return typeof meta === 'object' && meta !== null && 'secret' in meta && meta.secret === true;
}

/** The names of a carrier's settings that are encrypted and never shown. */
export const secretFields = (settings: z.ZodObject): string[] =>
  Object.entries(settings.shape).flatMap(([name, schema]) => (isSecret(schema) ? [name] : []));

/** Parts the settings as they were given into those that may be shown and those that are sealed. */
export function splitSettings(schema: z.ZodObject, given: Record<string, unknown>): { shown: Record<string, unknown>; secret: Record<string, unknown> } {
  const names = new Set(secretFields(schema));
  const entries = Object.entries(given);
  return {
    shown: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    secret: Object.fromEntries(entries.filter(([name]) => names.has(name))),
  };
}
