import { because } from '../domain/problems/said.ts';
import { z } from 'zod';

/** How soon an unusable carrier is retried. */
export const retries = {
  /** First wait, doubled up to `retryMaxMs`. */
  retryMinMs: z.int().min(1).default(1000),
  retryMaxMs: z.int().min(1).default(60_000),
  /** Wait after a refused login: a person is needed. */
  refusedRetryMs: z.int().min(1).default(300_000),
};

export function retriesAgree(
  { retryMinMs, retryMaxMs }: { retryMinMs: number; retryMaxMs: number },
  context: { addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string; params?: Record<string, unknown> }): void },
): void {
  if (retryMinMs > retryMaxMs)
    context.addIssue({ code: 'custom', path: ['retryMaxMs'], message: because('wait-order'), params: { least: 'retryMinMs' } });
}
