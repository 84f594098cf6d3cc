import type { Pool } from 'pg';
import { affected } from '../../database/sql.ts';

/** A mail claim's length since its last renewal; after a kill its mails wait this long. */
export const MAIL_LEASE_SECONDS = 30;
const RENEW_MS = 5000;

/** Renews claims during `work`: a mail server may take minutes. */
export async function renewingClaims<T>(pool: Pool, claims: string[], work: () => Promise<T>): Promise<T> {
  const renew = (): void => {
    affected(
      pool,
      // A locked row is being recorded and needs no lease; waiting for it could block.
      `update deliveries set lease_until = now() + make_interval(secs => $2) where id in (
         select id from deliveries where claim = any($1::uuid[]) and state = 'in_flight' for update skip locked)`,
      [claims, MAIL_LEASE_SECONDS],
    ).catch(() => {}); // Database unreachable: the next round tries again.
  };
  const timer = setInterval(renew, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
