import type { Pool } from 'pg';
import { affected } from '../../database/sql.ts';
import { LEASE } from './claim-callbacks.ts';

const LOOK_MS = 2500;
type Claim = { id: string; claim: string };

/** Has these claims last. One that is locked is being recorded and needs no lease any more: to wait for it could be for ever. */
export const renewLeases = (pool: Pool, claims: Claim[]): Promise<number> =>
  affected(
    pool,
    `update deliveries set lease_until = now() + ${LEASE} where id in (
       select d.id from deliveries d join unnest($1::uuid[], $2::uuid[]) as c (id, claim) using (id)
       where d.claim = c.claim and d.state = 'in_flight' for update of d skip locked)`,
    [claims.map(({ id }) => id), claims.map(({ claim }) => claim)],
  );

/** Keeps deliveries claimed while their attempts go on: a lease is short, so that a killed process delays no callback for long. */
export function createClaimKeeper(pool: Pool) {
  const kept = new Map<Claim, number>();
  let timer: NodeJS.Timeout | undefined;
  function look(): void {
    const old = [...kept].filter(([, since]) => performance.now() - since > LOOK_MS / 2).map(([claim]) => claim);
    // The database is out of reach: tried again, and meanwhile the lease runs on.
    if (old.length > 0) renewLeases(pool, old).catch(() => {});
  }
  return async <T>(claim: Claim, work: Promise<T>): Promise<T> => {
    kept.set(claim, performance.now());
    timer ??= setInterval(look, LOOK_MS);
    try {
      return await work;
    } finally {
      kept.delete(claim);
      if (kept.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    }
  };
}
