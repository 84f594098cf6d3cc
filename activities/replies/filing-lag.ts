import type { Pool } from 'pg';
import { rows } from '../../database/sql.ts';

const LOOK_EVERY_MS = 500;

/**
 * How old the oldest reply is that waits to be filed, in ms, as of the last look. Asking looks again, at most twice a second,
 * and never waits. A reply that was set aside does not count: it would slow every start for ever.
 */
export function createFilingLag(pool: Pool): () => number {
  let lagMs = 0;
  let lookedAt = -Infinity;

  async function look(): Promise<void> {
    const [oldest] = await rows<{ ms: number | null }>(
      pool,
      `select extract(epoch from now() - min(released_at))::float8 * 1000 as ms
       from replies where filed_at is null and filing_failed is null and released_at is not null`,
    );
    lagMs = oldest?.ms ?? 0;
  }

  return () => {
    if (performance.now() - lookedAt > LOOK_EVERY_MS) {
      lookedAt = performance.now();
      look().catch(() => {}); // Out of reach: what was last known will do, nothing can be filed anyway.
    }
    return lagMs;
  };
}
