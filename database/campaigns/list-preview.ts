import { defineEntity, p } from '@mikro-orm/core';
import type { PoolClient } from 'pg';
import type { PreviewTally } from '../../domain/campaigns/preview-tally.ts';
import { newId } from '../ids.ts';
import { affected, rows, type Sql } from '../sql.ts';
import { sqlUnique } from '../sql-index.ts';

/** `cancelled`: its list was replaced meanwhile. */
export type ListPreviewState = 'running' | 'ready' | 'cancelled';

/** A preview of a whole list: kept with its campaign until the next one. */
const ListPreviewSchema = defineEntity({
  name: 'ListPreview',
  tableName: 'list_previews',
  indexes: [
    { properties: ['campaignId'] },
    sqlUnique('list_previews_running_unique', `"list_previews" ("campaign_id") where "state" = 'running'`),
  ],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    campaignId: p.uuid(),
    importId: p.uuid(),
    state: p.text().$type<ListPreviewState>(),
    /** Rows in the list, and how far it has been looked at. */
    listed: p.integer(),
    through: p.integer().default(0),
    /** The sums over those. */
    tally: p.json<PreviewTally>().nullable(),
    createdAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** When Temporal accepted its run; null makes it the sweep's. */
    handedAt: p.datetime(3).nullable(),
  },
});
export class ListPreview extends ListPreviewSchema.class {}
ListPreviewSchema.setClass(ListPreview);

/** Numbers that a preview under way has seen, hashed: one that stands on two pages counts once. Gone when it ends. */
const ListPreviewPhoneSchema = defineEntity({
  name: 'ListPreviewPhone',
  tableName: 'list_preview_phones',
  properties: { previewId: p.uuid().primary(), hash: p.text().primary() },
});
export class ListPreviewPhone extends ListPreviewPhoneSchema.class {}
ListPreviewPhoneSchema.setClass(ListPreviewPhone);

/** Begins one for a campaign's latest list, unless one of that list is under way. False when there is no list. */
export async function beginListPreview(client: PoolClient, accountId: string, campaignId: string): Promise<boolean> {
  const [list] = await rows<{ id: string }>(
    client,
    'select id from list_imports where campaign_id = $1 and account_id = $2 and listed > 0 order by id desc limit 1',
    [campaignId, accountId],
  );
  if (!list) return false;
  const replaced = await rows<{ id: string }>(
    client,
    `update list_previews set state = 'cancelled', ended_at = now() where campaign_id = $1 and state = 'running' and import_id <> $2 returning id`,
    [campaignId, list.id],
  );
  for (const { id } of replaced) await forgetInactivePhones(client, id);
  // Two who ask at once get the same one.
  const begun = await affected(
    client,
    `insert into list_previews (id, account_id, campaign_id, import_id, state, listed, created_at)
     select $1, account_id, campaign_id, id, 'running', listed, now() from list_imports where id = $2
     on conflict (campaign_id) where state = 'running' do nothing`,
    [newId(), list.id],
  );
  if (begun > 0) await affected(client, `delete from list_previews where campaign_id = $1 and state <> 'running'`, [campaignId]);
  return true;
}

/** Which of these were seen on an earlier page; the others are from now on. */
export async function seenBefore(sql: Sql, previewId: string, hashes: readonly string[]): Promise<Set<string>> {
  const seen = await rows<{ hash: string }>(
    sql,
    `with fresh as (
       insert into list_preview_phones (preview_id, hash) select distinct $1::uuid, hash from unnest($2::text[]) as p (hash)
       on conflict do nothing returning hash
     )
     select hash from unnest($2::text[]) as p (hash) except select hash from fresh`,
    [previewId, hashes],
  );
  return new Set(seen.map(({ hash }) => hash));
}

export const forgetInactivePhones = (sql: Sql, previewId: string): Promise<number> =>
  affected(sql, 'delete from list_preview_phones where preview_id = $1', [previewId]);
