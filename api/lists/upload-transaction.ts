import type { Context } from 'hono';
import type { Pool, PoolClient } from 'pg';
import { transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import type { AccountEnv } from '../services.ts';

/** Most uploads of one account that a process reads at once. */
const MOST_OF_ONE = 3;
const RETRY_AFTER_S = 10;

/** The accounts of the uploads that hold a connection of the pool. */
const underWay = new WeakMap<Pool, string[]>();

/**
 * A transaction that reads an upload: it holds a connection for as long as the customer takes to send. All together hold at most
 * half of the pool's; further ones get `too-many-at-once`.
 */
export async function uploadTransaction<T>(
  c: Context<AccountEnv>,
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const account = c.get('account').id;
  const others = underWay.get(pool) ?? [];
  underWay.set(pool, others);
  if (others.length >= pool.options.max / 2 || others.filter((each) => each === account).length >= MOST_OF_ONE) {
    c.header('Retry-After', String(RETRY_AFTER_S));
    throw new AppError('too-many-at-once');
  }
  others.push(account);
  try {
    return await transaction(pool, work);
  } finally {
    others.splice(others.indexOf(account), 1);
  }
}
