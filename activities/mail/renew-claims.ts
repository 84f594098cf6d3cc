import type { Pool } from 'pg';
import { affected } from '../../database/sql.ts';

/** How long a mail's claim lasts after its last renewal. A killed process's mails are sent again that much later. */
export const MAIL_LEASE_SECONDS = 30;
const RENEW_MS = 5000;

/** Keeps deliveries claimed while `work` goes on: a mail server may take minutes, and a dead process must not. */
export async function renewingClaims<T>(pool: Pool, claims: string[], work: () => Promise<T>): Promise<T> {
  const renew = (): void => {
    affected(
      pool,
      // One that is locked is being recorded, in an order of its own: it needs no lease any more, and to wait for it could be for ever.
      `update deliveries set lease_until = now() + make_interval(secs => $2) where id in (
         select id from deliveries where claim = any($1::uuid[]) and state = 'in_flight' for update skip locked)`,
      [claims, MAIL_LEASE_SECONDS],
    ).catch(() => {}); // The database is out of reach: tried again, and meanwhile the lease runs on.
  };
  const timer = setInterval(renew, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
