import { z } from 'zod';

/** Whether a field, or what it wraps (`optional`, `default`), has `meta({ secret: true })`. */
function isSecret(schema: unknown): boolean {
  if (!(schema instanceof z.ZodType)) return false;
  if (schema.meta()?.['secret'] === true) return true;
  return 'unwrap' in schema && typeof schema.unwrap === 'function' && isSecret(schema.unwrap());
}

const secretFields = (settings: z.ZodObject): string[] =>
  Object.entries(settings.shape).flatMap(([name, schema]) => (isSecret(schema) ? [name] : []));

/** Splits settings into those shown and those encrypted. */
export function splitSettings(
  schema: z.ZodObject,
  given: Record<string, unknown>,
): { shown: Record<string, unknown>; secret: Record<string, unknown> } {
  const names = new Set(secretFields(schema));
  const entries = Object.entries(given);
  return {
    shown: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    secret: Object.fromEntries(entries.filter(([name]) => names.has(name))),
  };
}
