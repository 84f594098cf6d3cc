import { defineEntity, p } from '@mikro-orm/core';
import type { PoolClient } from 'pg';
import type { PreviewTally } from '../../domain/campaigns/preview-tally.ts';
import { newId } from '../ids.ts';
import { affected, rows, type Sql } from '../sql.ts';
import { sqlUnique } from '../sql-index.ts';

/** `cancelled`: its list was replaced. */
export type ListPreviewState = 'running' | 'ready' | 'cancelled';

/** Preview of a whole list, kept until the next. */
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
    /** Rows listed, and rows processed. */
    listed: p.integer(),
    through: p.integer().default(0),
    tally: p.json<PreviewTally>().nullable(),
    createdAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** When Temporal accepted the run; until then the sweep starts it. */
    handedAt: p.datetime(3).nullable(),
  },
});
export class ListPreview extends ListPreviewSchema.class {}
ListPreviewSchema.setClass(ListPreview);

/** Hashes of numbers a running preview has seen: duplicates across pages count once. */
const ListPreviewPhoneSchema = defineEntity({
  name: 'ListPreviewPhone',
  tableName: 'list_preview_phones',
  properties: { previewId: p.uuid().primary(), hash: p.text().primary() },
});
export class ListPreviewPhone extends ListPreviewPhoneSchema.class {}
ListPreviewPhoneSchema.setClass(ListPreviewPhone);

/** Starts a preview of the campaign's latest list unless one is running. False without a list. */
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
  // Concurrent requests share one preview.
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

/** Returns those seen on an earlier page, and records the others. */
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
