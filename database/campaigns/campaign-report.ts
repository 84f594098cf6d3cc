import { defineEntity, p } from '@mikro-orm/core';
import { STEP, type Took } from '../../domain/campaigns/percentiles.ts';
import { Campaign } from './campaign.ts';
import { PREFIX, readResults, WITHIN, type Results } from './campaign-results.ts';
import { affected, rows, type Sql } from '../sql.ts';

/** Cached results of a large campaign. */
const CampaignFiguresSchema = defineEntity({
  name: 'CampaignFigures',
  tableName: 'campaign_figures',
  properties: {
    campaign: () => p.manyToOne(Campaign).mapToPk().primary(),
    accountId: p.uuid(),
    countedAt: p.datetime(3),
    states: p.json<Record<string, number>>(),
    /** Delivery times. */
    took: p.json<Took>(),
    repliers: p.integer(),
    /** First replies by delay: index of the first larger `WITHIN`. */
    replied: p.json<Record<string, number>>().default('{}'),
    /** Final results, kept when its rows were deleted. */
    results: p.json<Results>().nullable(),
  },
});
export class CampaignFigures extends CampaignFiguresSchema.class {}
CampaignFiguresSchema.setClass(CampaignFigures);

export const MOST_CAMPAIGNS = 50;
/** Campaigns up to this size are not cached. */
const SMALL = 2000;

type Figures = {
  states: Record<string, number>;
  took: Took;
  repliers: number;
  replied: Record<string, number>;
  countedAt: Date;
};
export type Counted = Figures & { id: string; name: string; route: 'premium' | 'lowcost' };

/** A large campaign is recounted once ended, and after a twentieth of its age. */
const known = (
  which: string,
): string => `select c.id, c.name, c.route, f.states, f.took, f.repliers, f.replied, f.counted_at as "countedAt", c.total > ${SMALL} as large,
    c.rows_gone_at is null and (f.campaign_id is null or c.total <= ${SMALL} or f.counted_at < c.ended_at
      or now() - f.counted_at > greatest(interval '1 minute', (f.counted_at - greatest(c.launched_at, c.send_at)) / 20)) as due
  from campaigns c left join campaign_figures f on f.campaign_id = c.id and f.account_id = c.account_id
  where c.account_id = $1 and ${which} and c.launched_at is not null order by c.id desc limit ${MOST_CAMPAIGNS}`;
/** A receipt before the submission, by the carrier's clock, counts as no delay. */
const STATES = `select campaign_id as id, state, step, count(*)::int as messages from (
    select campaign_id, state, case when state = 'delivered' and submitted_at is not null then
      case when settled_at <= submitted_at then -1
        else floor(ln(greatest(extract(epoch from settled_at - submitted_at)::float8 * 1000, 1)) / ln(${STEP}::float8))::int end end as step
    from messages where campaign_id = any($2::uuid[]) and account_id = $1
  ) each group by 1, 2, 3`;
/** Delay from the campaign's start, for all its messages. */
const REPLIERS = `select id, step, count(*)::int as repliers from (
    select distinct on (r.campaign_id, r.from_number) r.campaign_id as id,
      width_bucket(extract(epoch from r.received_at - greatest(c.launched_at, c.send_at))::float8 / 60, $3::float8[]) as step
    from replies r join campaigns c on c.id = r.campaign_id
    where r.campaign_id = any($2::uuid[]) and r.account_id = $1 and not r.hidden order by r.campaign_id, r.from_number, r.received_at
  ) each group by 1, 2`;
const KEEP = `insert into campaign_figures (campaign_id, account_id, counted_at, states, took, repliers, replied)
  select id, $1, $3, states, took, repliers, replied
  from jsonb_to_recordset($2) as f (id uuid, states jsonb, took jsonb, repliers int, replied jsonb)
  on conflict (campaign_id) do update set counted_at = excluded.counted_at, states = excluded.states, took = excluded.took,
    repliers = excluded.repliers, replied = excluded.replied
  where campaign_figures.counted_at <= excluded.counted_at`;

async function count(sql: Sql, account: string, ids: string[]): Promise<Map<string, Figures>> {
  const countedAt = new Date();
  const figures = new Map<string, Figures>(ids.map((id) => [id, { states: {}, took: {}, repliers: 0, replied: {}, countedAt }]));
  if (ids.length === 0) return figures;
  const states = await rows<{ id: string; state: string; step: number | null; messages: number }>(sql, STATES, [account, ids]);
  for (const { id, state, step, messages } of states) {
    const found = figures.get(id);
    if (!found) continue;
    found.states[state] = (found.states[state] ?? 0) + messages;
    if (step !== null) found.took[step] = messages;
  }
  for (const { id, step, repliers } of await rows<{ id: string; step: number; repliers: number }>(sql, REPLIERS, [
    account,
    ids,
    WITHIN,
  ])) {
    const found = figures.get(id);
    if (!found) continue;
    found.repliers += repliers;
    found.replied[step] = repliers;
  }
  return figures;
}

/** Figures of campaigns with ids in a range, newest first; large ones cached. */
export const campaignFigures = (sql: Sql, account: string, span: [from: string, to: string]): Promise<Counted[]> =>
  figures(sql, account, 'c.id >= $2 and c.id < $3', span);

export const figuresOf = (sql: Sql, account: string, ids: string[]): Promise<Counted[]> =>
  figures(sql, account, 'c.id = any($2::uuid[])', [ids]);

async function figures(sql: Sql, account: string, which: string, values: unknown[]): Promise<Counted[]> {
  const found = await rows<Counted & { large: boolean; due: boolean }>(sql, known(which), [account, ...values]);
  const counted = await count(
    sql,
    account,
    found.filter(({ due }) => due).map(({ id }) => id),
  );
  const kept = found.flatMap(({ id, large }) => (large && counted.has(id) ? [{ id, ...counted.get(id) }] : []));
  if (kept.length > 0) await affected(sql, KEEP, [account, JSON.stringify(kept), kept[0]?.countedAt]);
  return found.map((campaign) => ({ ...campaign, ...counted.get(campaign.id) }));
}

/** Keeps a campaign's final results; its rows may then be deleted. Numbers are cut to their country. */
export async function closeFigures(sql: Sql, account: string, campaignId: string): Promise<void> {
  const results = await readResults(sql, account, campaignId);
  const found = (await count(sql, account, [campaignId])).get(campaignId);
  const known = found && { id: campaignId, ...found };
  if (known) await affected(sql, KEEP, [account, JSON.stringify([known]), known.countedAt]);
  const kept = results && {
    ...results,
    words: [],
    sent: results.sent.map((each) => ({ ...each, number: countryOnly(each.number) })),
    answered: results.answered.map((each) => ({ ...each, number: countryOnly(each.number) })),
  };
  await affected(sql, 'update campaign_figures set results = $2 where campaign_id = $1', [campaignId, JSON.stringify(kept)]);
  await affected(sql, 'update campaigns set rows_gone_at = now() where id = $1', [campaignId]);
}

const countryOnly = (number: string): string => number.slice(0, PREFIX).padEnd(number.length, '0');
