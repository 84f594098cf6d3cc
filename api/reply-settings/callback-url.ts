import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/problems/errors.ts';
import { because, fault } from '../../domain/problems/said.ts';
import type { ApiServices } from '../services.ts';

// Looked at before a URL is read from it: reading leaves line breaks out without a word.
export const CallbackUrl = z
  .string()
  .max(2000)
  .refine((text) => !/\p{Cc}/u.test(text), because('control-in-url'))
  .pipe(z.url())
  .openapi({ format: 'uri', example: 'https://example.com/sms-replies' });

/** Throws `unsafe-url`, in one wording whatever the reason: the reasons would describe our network. */
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
