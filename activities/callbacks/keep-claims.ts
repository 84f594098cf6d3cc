import type { Pool } from 'pg';
import { affected } from '../../database/sql.ts';
import { LEASE } from './claim-callbacks.ts';

const LOOK_MS = 2500;
type Claim = { id: string; claim: string };

/** Renews leases. A locked row is being recorded and needs none; waiting for it could block. */
export const renewLeases = (pool: Pool, claims: Claim[]): Promise<number> =>
  affected(
    pool,
    `update deliveries set lease_until = now() + ${LEASE} where id in (
       select d.id from deliveries d join unnest($1::uuid[], $2::uuid[]) as c (id, claim) using (id)
       where d.claim = c.claim and d.state = 'in_flight' for update of d skip locked)`,
    [claims.map(({ id }) => id), claims.map(({ claim }) => claim)],
  );

/** Renews the leases of attempts under way. Leases are short, so a killed process delays no callback for long. */
export function createClaimKeeper(pool: Pool) {
  const kept = new Map<Claim, number>();
  let timer: NodeJS.Timeout | undefined;
  function look(): void {
    const old = [...kept].filter(([, since]) => performance.now() - since > LOOK_MS / 2).map(([claim]) => claim);
    // Database unreachable: the next round tries again.
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
