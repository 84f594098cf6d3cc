import type { Pool, PoolClient } from 'pg';
import { affected, rows, transaction } from '../../database/sql.ts';
import { copyMessages, type NewMessage } from '../../database/campaigns/store-campaign.ts';
import { faultWords, type Fault } from '../../domain/problems/said.ts';
import { reportProgress } from '../progress.ts';

type Page = { carrierId: string; messages: (NewMessage & { row: number })[]; faults: Fault[]; duplicatesRemoved: number };
/** The planning rules of one list, injected by the composition root. */
type ListPlan = {
  accountId: string;
  campaignId: string;
  twoWay: boolean;
  simulation: boolean;
  page(list: readonly unknown[], first: number, sql: PoolClient): Promise<Page | { error: Fault }>;
};
type Deps = {
  pool: Pool;
  plan: (campaignId: string, columns: string[]) => Promise<ListPlan | { error: Fault } | null>;
};
export type ImportRecipients = ReturnType<typeof createImportRecipients>;

const PAGE = 1000;
const WORK_MS = 30_000;

type ImportRow = { campaign_id: string; columns: string[]; through: number; accepted: number };

export const createImportRecipients = ({ pool, plan }: Deps) => ({
  /**
   * Idempotent: turns a list's rows into messages. Each page, its faults and the progress are one commit. Works for at most 30 s;
   * true when the list is finished, failed or cancelled.
   */
  async importRows(importId: string): Promise<boolean> {
    const [list] = await rows<ImportRow>(
      pool,
      `update list_imports set handed_at = coalesce(handed_at, now()) where id = $1 and state = 'importing' returning campaign_id, columns, through, accepted`,
      [importId],
    );
    if (!list) return true;
    const planned = await plan(list.campaign_id, list.columns);
    if (planned === null) return true;
    if ('error' in planned) return fail(pool, importId, planned.error);
    for (let { through } = list, until = performance.now() + WORK_MS; performance.now() < until; through += PAGE) {
      reportProgress({ rows: through });
      const step = await transaction(pool, (client) => importPage(client, importId, planned));
      if (step === 'done') return true;
      if (step !== 'more') return fail(pool, importId, step);
    }
    return false;
  },
});

async function importPage(client: PoolClient, importId: string, plan: ListPlan): Promise<'more' | 'done' | Fault> {
  const [list] = await rows<ImportRow & { state: string }>(
    client,
    `select l.campaign_id, l.columns, l.through, l.accepted, c.state from list_imports l join campaigns c on c.id = l.campaign_id
     where l.id = $1 and l.state = 'importing' for update of l for share of c`,
    [importId],
  );
  if (!list) return 'done';
  if (list.state !== 'importing') {
    await affected(client, `update list_imports set state = 'cancelled', ended_at = now() where id = $1`, [importId]);
    await affected(client, `delete from messages where campaign_id = $1`, [list.campaign_id]);
    return 'done';
  }
  const page = await rows<{ row: number; values: Record<string, string | null> }>(
    client,
    `select row, "values" from list_rows where import_id = $1 and row > $2 and row <= $2 + ${PAGE} order by row`,
    [importId, list.through],
  );
  if (page.length === 0) {
    await finish(client, importId, plan.campaignId);
    return 'done';
  }
  const planned = await plan.page(
    page.map(({ values }) => values),
    list.through + 1,
    client,
  );
  if ('error' in planned) return planned.error;

  const known = await rows<{ to_number: string }>(
    client,
    // A lateral join forces index lookups: the planner's statistics of a table being filled suggest a full scan.
    `select distinct p.to_number from unnest($2::text[]) as p (to_number)
     cross join lateral (select campaign_id from messages m where m.to_number = p.to_number offset 0) m where m.campaign_id = $1`,
    [plan.campaignId, planned.messages.map(({ to }) => to)],
  );
  const earlier = new Set(known.map(({ to_number: to }) => to));
  // Rows have no gaps: sending pages by row.
  const fresh = planned.messages
    .filter(({ to }) => !earlier.has(to))
    .map((message, index) => ({ ...message, row: list.accepted + index + 1 }));
  const { accountId, campaignId, twoWay, simulation } = plan;
  const { carrierId, faults } = planned;
  const words = faults.map((fault) => faultWords(fault, 'en'));
  await copyMessages(client, { accountId, campaignId, conversationId: null, carrierId, twoWay, simulation }, fresh);
  await affected(
    client,
    `insert into list_faults (import_id, row, index, field, problem, remedy, code, facts)
     select $1, f.row, row_number() over (partition by f.row order by f.place) - 1, f.field, f.problem, f.remedy, f.code, f.facts
     from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[]) with ordinality as f (row, field, problem, remedy, code, facts, place)`,
    [
      importId,
      faults.map((fault) => fault.row),
      faults.map((fault) => fault.field),
      words.map(({ problem }) => problem),
      words.map(({ remedy }) => remedy),
      faults.map((fault) => fault.code),
      faults.map((fault) => (fault.facts ? JSON.stringify(fault.facts) : null)),
    ],
  );
  await affected(
    client,
    `update list_imports set through = through + $2, accepted = accepted + $3, invalid = invalid + $4, duplicates = duplicates + $5,
       segments = segments + $6 where id = $1`,
    [
      importId,
      page.length,
      fresh.length,
      new Set(faults.map((fault) => fault.row)).size,
      planned.duplicatesRemoved + planned.messages.length - fresh.length,
      fresh.reduce((sum, { segments }) => sum + segments, 0),
    ],
  );
  return 'more';
}

/** Publishes the import as a whole: until now the campaign had no recipients. */
async function finish(client: PoolClient, importId: string, campaignId: string): Promise<void> {
  await affected(
    client,
    `with list as (update list_imports set state = 'ready', ended_at = now() where id = $1 returning accepted, segments),
       sender as (select case when min(sender) = max(sender) then min(sender) end as wire, min(carrier_id::text)::uuid as carrier, array_agg(distinct carrier_id) as carriers, sum(cost_micros) as cost from messages where campaign_id = $2)
     update campaigns c set state = case when list.accepted > 0 then 'ready' else 'draft' end, total = list.accepted,
       segments = list.segments, cost_micros = sender.cost, wire_sender = sender.wire, carrier_id = coalesce(sender.carrier, c.carrier_id),
       carrier_ids = case when cardinality(sender.carriers) > 1 then sender.carriers end
     from list, sender where c.id = $2 and c.state = 'importing'`,
    [importId, campaignId],
  );
}

/** Deletes its messages too: nothing stays half-stored. */
const fail = (pool: Pool, importId: string, error: Fault): Promise<boolean> =>
  transaction(pool, async (client) => {
    await affected(
      client,
      `with list as (
         update list_imports set state = 'failed', error = $2, ended_at = now(), accepted = 0, segments = 0
         where id = $1 and state = 'importing' returning campaign_id
       ), gone as (delete from messages m using list where m.campaign_id = list.campaign_id)
       update campaigns c set state = 'draft' from list where c.id = list.campaign_id and c.state = 'importing'`,
      [importId, JSON.stringify(error)],
    );
    return true;
  });
