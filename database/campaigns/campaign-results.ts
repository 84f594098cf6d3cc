import { rows, type Sql } from '../sql.ts';

/** Ends of the curve's steps, minutes. */
export const WITHIN = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 4320];
/** Digits that identify a number's country. */
export const PREFIX = 8;
const MOST_WORDS = 1000;

/** A campaign's results. `number` is one example of a prefix. */
export type Results = {
  replies: number;
  repliers: number;
  optOuts: number;
  curve: { withinMinutes: number | null; repliers: number }[];
  words: { word: string; replies: number }[];
  sent: { number: string; messages: number; delivered: number }[];
  answered: { number: string; replies: number; repliers: number }[];
};

/** A reply before its message's submission counts as no delay; one without message has none. */
const RESULTS = `with campaign as (select id from campaigns where id = $2 and account_id = $1),
  answers as (
    select r.from_number, r.opt_out, r.received_at, (regexp_match(r.text, '[^[:space:].,;:!?()"«»“”]+'))[1] as word,
      extract(epoch from r.received_at - m.submitted_at) / 60 as minutes
    from replies r join campaign c on c.id = r.campaign_id left join messages m on m.id = r.message_id
    where r.account_id = $1 and not r.hidden
  ),
  phones as (
    select distinct on (from_number) from_number, minutes, count(*) over (partition by from_number) as replies
    from answers order by from_number, received_at
  ),
  sent as (
    select min(m.to_number) as number, count(*)::int as messages, (count(*) filter (where m.state = 'delivered'))::int as delivered
    from messages m join campaign c on c.id = m.campaign_id
    where m.account_id = $1 and m.state not in ('queued', 'submitting', 'skipped', 'failed') group by left(m.to_number, ${PREFIX})
  )
  select (select count(*)::int from answers) as replies, (select count(*)::int from phones) as repliers,
    (select count(*)::int from answers where opt_out) as "optOuts",
    (select jsonb_agg(jsonb_build_object('withinMinutes', w.within, 'repliers',
        (select count(*) from phones where w.within is null or minutes <= w.within)) order by w.place)
      from unnest($3::int[] || null::int) with ordinality as w (within, place)) as curve,
    coalesce((select jsonb_agg(jsonb_build_object('word', word, 'replies', replies)) from (
        select word, count(*) as replies from answers where word is not null group by word order by 2 desc, 1 limit ${MOST_WORDS}
      ) words), '[]') as words,
    coalesce((select jsonb_agg(to_jsonb(sent)) from sent), '[]') as sent,
    coalesce((select jsonb_agg(to_jsonb(a)) from (
        select min(from_number) as number, sum(replies)::int as replies, count(*)::int as repliers from phones group by left(from_number, ${PREFIX})
      ) a), '[]') as answered
  from campaign`;

/** Null if the account has no such campaign. */
export async function readResults(sql: Sql, accountId: string, campaignId: string): Promise<Results | null> {
  const [kept] = await rows<{ results: Results }>(
    sql,
    `select f.results from campaigns c join campaign_figures f on f.campaign_id = c.id
     where c.id = $2 and c.account_id = $1 and c.rows_gone_at is not null and f.results is not null`,
    [accountId, campaignId],
  );
  if (kept) return kept.results;
  const [found] = await rows<Results>(sql, RESULTS, [accountId, campaignId, WITHIN]);
  return found ?? null;
}
