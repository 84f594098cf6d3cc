import type { PoolClient } from 'pg';
import { rows } from '../../database/sql.ts';
import type { NewReply } from '../replies/store-replies.ts';

// Pairs equal contents one to one.
const ADOPT = `
  with given as (
    select r.*, row_number() over (partition by content_key order by external_id) as n
    from unnest($2::text[], $3::text[]) as r (external_id, content_key)
    where not exists (select from replies k where k.carrier_id = $1 and k.external_id = r.external_id)
  ), free as (
    select id, content_key, row_number() over (partition by content_key order by id) as n
    from replies where carrier_id = $1 and external_id is null and content_key = any($3::text[])
  ), pairs as (
    select free.id, given.external_id, r.released_at is null and r.filing_failed is null and $4 as release
    from given join free using (content_key, n) join replies r on r.id = free.id
  )
  update replies r set external_id = p.external_id, released_at = case when p.release then now() else r.released_at end
  from pairs p where r.id = p.id returning r.id, p.external_id, p.release`;

/**
 * A reply read from the inbox before its webhook arrived takes the webhook's id and is not stored twice. Returns the matched
 * carrier ids, and our ids of those released by it.
 */
export async function adopt(
  client: PoolClient,
  carrierId: string,
  replies: NewReply[],
  release: boolean,
): Promise<{ adopted: Set<string | null>; released: string[] }> {
  const found = await rows<{ id: string; external_id: string; release: boolean }>(client, ADOPT, [
    carrierId,
    replies.map((reply) => reply.externalId),
    replies.map((reply) => reply.contentKey),
    release,
  ]);
  return {
    adopted: new Set(found.map((row) => row.external_id)),
    released: found.filter((row) => row.release).map((row) => row.id),
  };
}
