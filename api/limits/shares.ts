import type { Pool } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

/** `returned`: places are given back, as for requests at once; the window then says how soon other processes see it. */
export type Quota = { name: string; limit: number; windowS: number; returned: boolean };

/** One caller's requests left in this process. `left`: of the whole quota, when last asked. */
type Share = { used: number; granted: number; until: number; left: number; spent: boolean; taking: Promise<void> | null };

export type Admission = { admitted: boolean; left: number; resetS: number };

/** From this limit on a process lends itself its first part of a window, so that no request waits. */
const LENDS_FROM = 50;
const MANY = 10_000;

/**
 * A quota shared by all processes through PostgreSQL. Each takes a fiftieth at a time, so that few requests reach the database. A
 * dead process's part is lost until the window ends; each process may exceed the quota by a fiftieth.
 */
export function createShares(pool: Pool, { name, limit, windowS, returned }: Quota) {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    tableName: 'request_counts',
    tableCreated: true,
    keyPrefix: name,
    points: limit,
    duration: windowS,
  });
  const part = Math.max(1, Math.floor(limit / LENDS_FROM));
  const shares = new Map<string, Share>();

  async function take(who: string, share: Share, want: number, lent: number): Promise<void> {
    const counted = await limiter.consume(who, want).catch((refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    });
    const got = Math.min(want, Math.max(0, limit - (counted.consumedPoints - want)));
    share.granted += got - lent;
    share.spent = got < want;
    share.left = counted.remainingPoints;
    share.until = Date.now() + counted.msBeforeNext;
  }

  function shareOf(who: string): Share {
    const now = Date.now();
    const known = shares.get(who);
    if (known && now < known.until) return known;
    if (shares.size > MANY)
      for (const [other, { until, used }] of shares) if (until < now && !(returned && used > 0)) shares.delete(other);
    const used = returned && known ? known.used : 0;
    const share: Share = known ?? { used, granted: 0, until: 0, left: limit, spent: false, taking: null };
    const lent = limit >= LENDS_FROM ? part : 0;
    Object.assign(share, { used, granted: lent, left: limit, spent: false, until: now + windowS * 1000 });
    if (lent > 0)
      ask(who, share, Math.max(part, used), lent).catch(() => {
        // The database is away: the request notices by itself.
      });
    shares.set(who, share);
    return share;
  }

  const ask = (who: string, share: Share, want: number, lent: number): Promise<void> =>
    (share.taking ??= take(who, share, want, lent).finally(() => {
      share.taking = null;
    }));

  return {
    async admit(who: string): Promise<Admission> {
      const share = shareOf(who);
      while (share.used >= share.granted && !share.spent)
        await ask(who, share, Math.max(part, share.used + 1 - share.granted), 0);
      const admitted = share.used < share.granted;
      if (admitted) share.used++;
      const left = Math.max(0, share.left + share.granted - share.used);
      return { admitted, left: Math.min(left, limit), resetS: Math.max(0, Math.ceil((share.until - Date.now()) / 1000)) };
    },
    giveBack(who: string): void {
      const share = shares.get(who);
      if (share && share.used > 0) share.used--;
    },
  };
}
