import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/problems/errors.ts';
import { because, fault } from '../../domain/problems/said.ts';
import type { ApiServices } from '../services.ts';

// Before parsing, which drops line breaks silently.
export const CallbackUrl = z
  .string()
  .max(2000)
  .refine((text) => !/\p{Cc}/u.test(text), because('control-in-url'))
  .pipe(z.url())
  .openapi({ format: 'uri', example: 'https://example.com/sms-replies' });

/** Throws `unsafe-url` without the reason, which would describe our network. */
export async function checkCallbackUrl(
  { guard, log }: Pick<ApiServices, 'guard' | 'log'>,
  field: string,
  url: string | null | undefined,
): Promise<void> {
  if (url === null || url === undefined) return;
  const checked = await guard.check(url);
  if (checked.ok) return;
  log.info({ reason: checked.reason }, 'a callback address was refused');
  throw new AppError('unsafe-url', null, [fault(field, 'unsafe-url')]);
}
