import { because } from '../domain/problems/said.ts';
import { z } from 'zod';

/** How soon a carrier that can't be used is tried again. */
export const retries = {
  /** The wait after it could not be reached, doubled up to the second. */
  retryMinMs: z.int().min(1).default(1000),
  retryMaxMs: z.int().min(1).default(60_000),
  /** The wait after it refused our login: it needs a person. */
  refusedRetryMs: z.int().min(1).default(300_000),
};

export function retriesAgree(
  { retryMinMs, retryMaxMs }: { retryMinMs: number; retryMaxMs: number },
  context: { addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string; params?: Record<string, unknown> }): void },
): void {
  if (retryMinMs > retryMaxMs)
    context.addIssue({ code: 'custom', path: ['retryMaxMs'], message: because('wait-order'), params: { least: 'retryMinMs' } });
}
