import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../../domain/problems/errors.ts';
import type { ApiServices, CallingAccount } from '../services.ts';
import { createShares, type Admission, type Quota } from './shares.ts';

export type RequestLimits = Record<'key' | 'account', { perMinute: number; atOnce: number }>;

const AT_ONCE_WINDOW_S = 5;

/**
 * Limits requests per minute and at once, by key and by account, across processes. Headers follow
 * draft-ietf-httpapi-ratelimit-headers-10. A session counts as a key.
 */
export function limitRequests({ db, requestLimits }: Pick<ApiServices, 'db' | 'requestLimits'>): MiddlewareHandler {
  if (!requestLimits) return (_, next) => next();
  const quotas = Object.entries(requestLimits).flatMap(([of, { perMinute, atOnce }]): Quota[] => [
    { name: `${of}-at-once`, limit: atOnce, windowS: AT_ONCE_WINDOW_S, returned: true },
    { name: of, limit: perMinute, windowS: 60, returned: false },
  ]);
  const counted = quotas.map((quota) => ({ ...quota, ...createShares(db.pool, quota) }));
  const policy = quotas
    .map(({ name, limit, windowS, returned }) =>
      returned ? `"${name}";q=${limit};qu="concurrent-requests"` : `"${name}";q=${limit};w=${windowS}`,
    )
    .join(', ');

  return async (c, next) => {
    const keyId: string = c.get('keyId');
    const account = accountOf(c);
    const taken: (() => void)[] = [];
    const told: string[] = [];
    let refused: { atOnce: boolean; resetS: number } | undefined;
    try {
      for (const { name, returned, admit, giveBack } of counted) {
        const who = name.startsWith('key') ? keyId : account;
        if (who === undefined || refused) continue;
        const { admitted, left, resetS } = await admit(who);
        told.push(returned ? `"${name}";r=${left}` : `"${name}";r=${left};t=${resetS}`);
        if (returned && admitted) taken.push(() => giveBack(who));
        if (!admitted) refused = { atOnce: returned, resetS };
      }
      // Before the answer exists: a header added later copies it.
      c.header('RateLimit-Policy', policy);
      c.header('RateLimit', told.join(', '));
      if (refused) refuse(c, refused.atOnce, refused.resetS);
      await next();
    } finally {
      for (const giveBack of taken) giveBack();
    }
  };
}

const accountOf = (c: Context): string | undefined => {
  const account: CallingAccount | undefined = c.get('account');
  return account?.id;
};

function refuse(c: Context, atOnce: boolean, resetS: Admission['resetS']): never {
  c.header('Retry-After', String(atOnce ? 1 : Math.max(1, resetS)));
  throw new AppError(atOnce ? 'too-many-at-once' : 'too-many-requests');
}
