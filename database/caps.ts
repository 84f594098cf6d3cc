import { AppError } from '../domain/problems/errors.ts';
import { said } from '../domain/problems/said.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Pool, PoolClient } from 'pg';
import { flushIn } from './orm.ts';
import { affected, rows, transaction } from './sql.ts';

/** Limits per account. `$1` is the account, `$2` an owner or id. */
export const CAPS = {
  brands: { most: 100, where: 'brands where account_id = $1 and folded <> $2' },
  'campaign-addresses': {
    most: 500,
    where: `callback_endpoints where account_id = $1 and scope = 'campaigns' and deleted_at is null`,
  },
  'canned-answers': { most: 200, where: 'canned_answers where account_id = $1' },
  compositions: { most: 200, where: 'compositions where account_id = $1' },
  contacts: { most: 1_000_000, where: 'contacts where account_id = $1' },
  domains: { most: 100, where: 'account_domains where account_id = $1' },
  drafts: { most: 1000, where: `campaigns where account_id = $1 and state in ('draft', 'importing', 'ready')` },
  endpoints: { most: 50, where: `callback_endpoints where account_id = $1 and scope = 'account' and deleted_at is null` },
  'inbox-views': { most: 20, where: 'inbox_views where account_id = $1 and owner = $2' },
  keys: { most: 100, where: 'api_keys where account_id = $1 and revoked_at is null' },
  lists: { most: 500, where: 'saved_lists where account_id = $1' },
  notes: { most: 100_000, where: 'conversation_notes where account_id = $1' },
  people: { most: 500, where: 'users where account_id = $1' },
  replays: { most: 20, where: 'replays where account_id = $1 and ended_at is null' },
  'reply-views': { most: 50, where: 'reply_views where account_id = $1 and owner = $2' },
  rules: { most: 1000, where: 'keyword_rules where account_id = $1' },
} as const;
export type Capped = keyof typeof CAPS;

type Room = { accountId: string; whose?: string; /** For how many more; 0 where they were just made. */ more?: number };

/**
 * Throws `limit-reached` if there is no room. A lock until the transaction's end keeps concurrent requests from passing the cap.
 */
export async function requireRoom(client: PoolClient, what: Capped, { accountId, whose, more = 1 }: Room): Promise<void> {
  const { most, where } = CAPS[what];
  await affected(client, 'select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${what} ${accountId}`]);
  const values = whose === undefined ? [accountId] : [accountId, whose];
  const [last] = await rows(client, `select from ${where} offset ${most - more} limit 1`, values);
  if (last) throw new AppError('limit-reached', said('at-most', { most, what }));
}

/** Flushes the ORM where there is room. */
export const flushWithRoom = (pool: Pool, em: EntityManager, what: Capped, room: Room): Promise<void> =>
  transaction(pool, async (client) => {
    await requireRoom(client, what, room);
    await flushIn(client, em);
  });
