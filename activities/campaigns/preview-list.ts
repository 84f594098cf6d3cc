import type { Pool, PoolClient } from 'pg';
import { forgetInactivePhones } from '../../database/campaigns/list-preview.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import type { PreviewTally } from '../../domain/campaigns/preview-tally.ts';
import { reportProgress } from '../progress.ts';

type Page = { previewId: string; tally: PreviewTally | null; list: readonly Values[]; first: number };
type Values = Record<string, string | null>;
/** The planning rules of one list, injected by the composition root. */
type PreviewPlan = { page(page: Page, sql: PoolClient): Promise<PreviewTally> };
type Deps = { pool: Pool; plan: (campaignId: string, columns: string[]) => Promise<PreviewPlan | null> };
export type PreviewList = ReturnType<typeof createPreviewList>;

const PAGE = 1000;
const WORK_MS = 30_000;

export const createPreviewList = ({ pool, plan }: Deps) => ({
  /**
   * Idempotent: plans a list's rows as they would be sent; each page's counts and progress are one commit. Works for at most 30
   * s; true when the list is finished or was replaced.
   */
  async previewRows(previewId: string): Promise<boolean> {
    const [preview] = await rows<{ campaign_id: string; through: number; columns: string[] | null }>(
      pool,
      `update list_previews p set handed_at = coalesce(handed_at, now()) where id = $1 and state = 'running'
         returning campaign_id, through, (select columns from list_imports where id = p.import_id) as columns`,
      [previewId],
    );
    if (!preview) return true;
    const planned = await plan(preview.campaign_id, preview.columns ?? []);
    if (planned === null) return true;
    for (let { through } = preview, until = performance.now() + WORK_MS; performance.now() < until; through += PAGE) {
      reportProgress({ rows: through });
      if (await transaction(pool, (client) => previewPage(client, previewId, planned))) return true;
    }
    return false;
  },
});

/** One page in the caller's transaction; true when none was left. */
export async function previewPage(client: PoolClient, previewId: string, plan: PreviewPlan): Promise<boolean> {
  const [preview] = await rows<{ import_id: string; listed: number; through: number; tally: PreviewTally | null }>(
    client,
    `select import_id, listed, through, tally from list_previews where id = $1 and state = 'running' for update`,
    [previewId],
  );
  if (!preview) return true;
  const { through, listed, tally } = preview;
  const page = await rows<{ values: Values }>(
    client,
    `select "values" from list_rows where import_id = $1 and row > $2 and row <= $2 + ${PAGE} order by row`,
    [preview.import_id, through],
  );
  if (page.length === 0 || tally?.refused) {
    // A replaced list has no rows.
    const state = through < listed && !tally?.refused ? 'cancelled' : 'ready';
    await affected(client, `update list_previews set state = $2, ended_at = now() where id = $1`, [previewId, state]);
    await forgetInactivePhones(client, previewId);
    return true;
  }
  const list = page.map(({ values }) => values);
  const next = await plan.page({ previewId, tally, list, first: through + 1 }, client);
  await affected(client, 'update list_previews set through = through + $2, tally = $3 where id = $1', [
    previewId,
    next.refused ? 0 : page.length,
    JSON.stringify(next),
  ]);
  return false;
}
