import type { PoolClient } from 'pg';
import { requireRoom } from '../caps.ts';
import { newId } from '../ids.ts';
import { affected, rows } from '../sql.ts';

export const CAMPAIGN_TIMEOUT_MS = 15_000;

/**
 * The endpoint of a campaign's address: the account's own at that URL, else the one campaigns share, created when first named.
 * `sealed`: secrets of a new one.
 */
export async function campaignEndpoint(
  client: PoolClient,
  accountId: string,
  url: string,
  sealed: () => Buffer,
): Promise<string> {
  const find = () =>
    rows<{ id: string }>(
      client,
      `select id from callback_endpoints where account_id = $1 and url = $2 and deleted_at is null order by scope, id limit 1`,
      [accountId, url],
    );
  const [found] = await find();
  if (found) return found.id;
  await requireRoom(client, 'campaign-addresses', { accountId });
  // Campaigns naming a new address at once share the first's.
  await affected(
    client,
    `insert into callback_endpoints (id, account_id, scope, url, description, types, secrets, timeout_ms, created_at)
     values ($1, $2, 'campaigns', $3, '', '{reply.received}', $4, $5, now())
     on conflict (account_id, url) where scope = 'campaigns' and deleted_at is null do nothing`,
    [newId(), accountId, url, sealed(), CAMPAIGN_TIMEOUT_MS],
  );
  const [made] = await find();
  if (!made) throw new Error('An endpoint that was just made is there');
  return made.id;
}
