import { z } from '@hono/zod-openapi';
import { because } from '../../domain/problems/said.ts';

/** A body or an answer in JSON. */
export const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
export const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });

export const Id = z.uuid();
export const IdParam = z.object({ id: Id.openapi({ param: { name: 'id', in: 'path' } }) });
/** A time in an answer: ISO 8601, UTC, to the millisecond. */
export const Time = z.iso.datetime();
/** A time in a request: ISO 8601 with its offset. */
/** PostgreSQL has no year 0, and no campaign is older than the SMS or sent in a thousand years. */
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
