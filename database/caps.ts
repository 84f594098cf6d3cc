import { AppError } from '../domain/problems/errors.ts';
import { said } from '../domain/problems/said.ts';
import { rows, type Sql } from './sql.ts';

/** The most of each thing that an account may have made, and where they are. `$1` is the account, `$2` whose or which it is. */
const CAPS = {
  brands: { most: 100, where: 'brands where account_id = $1 and folded <> $2' },
  'campaign-addresses': {
    most: 500,
    where: `callback_endpoints where account_id = $1 and scope = 'campaigns' and deleted_at is null`,
  },
  'canned-answers': { most: 200, where: 'canned_answers where account_id = $1' },
  drafts: { most: 1000, where: `campaigns where account_id = $1 and state in ('draft', 'importing', 'ready')` },
  endpoints: { most: 50, where: `callback_endpoints where account_id = $1 and scope = 'account' and deleted_at is null` },
  keys: { most: 100, where: 'api_keys where account_id = $1 and revoked_at is null' },
  lists: { most: 500, where: 'saved_lists where account_id = $1' },
  people: { most: 500, where: 'users where account_id = $1' },
  'reply-views': { most: 50, where: 'reply_views where account_id = $1 and owner = $2' },
  rules: { most: 1000, where: 'keyword_rules where account_id = $1' },
} as const;
export type Capped = keyof typeof CAPS;

/** Throws `limit-reached` where the account has as many of them as it may. Two made in the same moment may pass it by one. */
export async function requireRoom(sql: Sql, what: Capped, accountId: string, whose?: string): Promise<void> {
  const { most, where } = CAPS[what];
  const values = whose === undefined ? [accountId] : [accountId, whose];
  const [last] = await rows(sql, `select from ${where} offset ${most - 1} limit 1`, values);
  if (last) throw new AppError('limit-reached', said('at-most', { most, what }));
}
