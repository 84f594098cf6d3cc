import type { PoolClient } from 'pg';
import { ERASED, ERASED_REPLY, scrubEvents } from './erase-contact.ts';
import { forgetInactivePhones, inactivePhones, type Ageing } from './forget-inactive-phones.ts';
import { closeFigures } from '../campaigns/campaign-report.ts';
import { idAt } from '../ids.ts';
import { affected, rows } from '../sql.ts';

/** What retention deletes: old texts, inactive contacts, or whole rows of an account; `references` installation-wide. */
export type Forgotten = 'texts' | 'contacts' | 'rows' | 'references';

/**
 * One page after `after`; returns the next position, null when none is left. Rows are final and past every schedule, so nobody
 * else writes them. Idempotent. Positions carry no personal data.
 */
export type Step = (client: PoolClient, ageing: Ageing, after: string | null) => Promise<string | null>;

export const PAGE = 1000;

type Found = { id: string; to_number: string };
type Page = { found: Found[]; next: string | null };

/**
 * Messages of campaigns ended between `since` and `until`, or of all for a closing account, campaign by campaign: `after` is
 * `campaign/row`.
 */
export async function pageOfCampaigns(
  client: PoolClient,
  { accountId, since, until }: Ageing,
  after: string | null,
  all = false,
): Promise<Page> {
  const [campaign = null, row = '0'] = after?.split('/') ?? [];
  const found = await rows<Found & { row: number }>(
    client,
    `select id, to_number, row from messages where campaign_id = $1 and row > $2 and account_id = $3 order by row limit ${PAGE}`,
    [campaign, Number(row), accountId],
  );
  const last = found.at(-1);
  if (last) return { found, next: `${String(campaign)}/${last.row}` };
  const [following] = await rows<{ id: string }>(
    client,
    `select id from campaigns where account_id = $1 and (ended_at < $2 or $5) and ($3::timestamptz is null or ended_at >= $3)
       and ($4::uuid is null or id > $4) order by id limit 1`,
    [accountId, until, since, campaign, all],
  );
  return { found, next: following ? `${following.id}/0` : null };
}

/** Single messages and answers between `since` and `until`; `all` includes unsent ones. */
export async function pageOfSingles(
  client: PoolClient,
  { accountId, since, until }: Ageing,
  after: string | null,
  all = false,
): Promise<Page> {
  const found = await rows<Found>(
    client,
    `select id, to_number from messages where campaign_id is null and account_id = $1 and id >= $2 and id > $3 and id < $4
       and (state not in ('queued', 'submitting') or $5) order by id limit ${PAGE}`,
    [accountId, idAt(since?.getTime() ?? 0), after ?? idAt(0), idAt(until.getTime()), all],
  );
  return { found, next: found.at(-1)?.id ?? null };
}

const forgetTexts =
  (pageOf: typeof pageOfCampaigns): Step =>
  async (client, ageing, after) => {
    const { found, next } = await pageOf(client, ageing, after);
    await affected(client, `update messages set text = '' where id = any($1::uuid[]) and text <> ''`, [
      found.map(({ id }) => id),
    ]);
    return next;
  };

const forgetRecipients =
  (pageOf: typeof pageOfCampaigns): Step =>
  async (client, ageing, after) => {
    const { found, next } = await pageOf(client, ageing, after);
    await forgetInactivePhones(
      client,
      ageing,
      await inactivePhones(client, ageing, [...new Set(found.map((each) => each.to_number))]),
    );
    return next;
  };

export const forgetReplies =
  (change: string, condition: string): Step =>
  async (client, { accountId, since, until }, after) => {
    const found = await rows<{ id: string }>(
      client,
      `select id from replies where account_id = $1 and id >= $2 and id > $3 and id < $4 order by id limit ${PAGE}`,
      [accountId, idAt(since?.getTime() ?? 0), after ?? idAt(0), idAt(until.getTime())],
    );
    await affected(client, `update replies set ${change} where id = any($1::uuid[]) and ${condition}`, [
      found.map(({ id }) => id),
    ]);
    return found.at(-1)?.id ?? null;
  };

const MARK_EVENTS = `insert into retention_marks (account_id, events_to) values ($1, $2)
  on conflict (account_id) do update set events_to = greatest(retention_marks.events_to, excluded.events_to)`;

/** An old event keeps only its time and type, as it may hold numbers and texts. Its deliveries are aborted. */
export const forgetEvents: Step = async (client, { accountId, until }) => {
  const listed = await rows<{ id: string; position: number; old: boolean }>(
    client,
    `select id, position::float8 as position, created_at < $2 as old from events where account_id = $1
       and position > coalesce((select events_to from retention_marks where account_id = $1), 0) order by position limit ${PAGE}`,
    [accountId, until],
  );
  // Up to the first recent one: late commits stand among newer events.
  const young = listed.findIndex(({ old }) => !old);
  const found = young < 0 ? listed : listed.slice(0, young);
  const last = found.at(-1);
  if (!last) return null;
  await scrubEvents(client, 'select id from events where id = any($1::uuid[])', [found.map(({ id }) => id)]);
  await affected(client, MARK_EVENTS, [accountId, last.position]);
  return String(last.position);
};

const forgetLists: Step = async (client, { accountId, until }, after) => {
  const count = await affected(
    client,
    `delete from list_rows where (import_id, row) in (select r.import_id, r.row from list_imports i join list_rows r on r.import_id = i.id
       where i.account_id = $1 and i.ended_at < $2 limit ${PAGE * 5})`,
    [accountId, until],
  );
  if (count > 0) return String(Number(after ?? 0) + 1);
  await affected(
    client,
    `delete from list_faults f using list_imports i where i.id = f.import_id and i.account_id = $1 and i.ended_at < $2`,
    [accountId, until],
  );
  return null;
};

const forgetNotes: Step = async (client, { accountId, until }) => {
  await affected(client, `delete from conversation_notes where account_id = $1 and created_at < $2`, [accountId, until]);
  await affected(client, `delete from compositions where account_id = $1 and updated_at < $2`, [accountId, until]);
  return null;
};

/** Mails other than replies; some quote one. */
const forgetNotices: Step = async (client, { accountId, until }) => {
  await affected(client, `delete from notices where account_id = $1 and finished_at < $2`, [accountId, until]);
  return null;
};

/** Listed contacts or conversations, whenever created: `after` is the last id. */
const forgetListed =
  (table: 'contacts' | 'conversations', last: 'updated_at' | 'last_reply_at'): Step =>
  async (client, ageing, after) => {
    const found = await rows<{ id: string; phone: string }>(
      client,
      `select id, phone from ${table} where account_id = $1 and ${last} < $2 and id > $3 order by id limit ${PAGE}`,
      [ageing.accountId, ageing.until, after ?? idAt(0)],
    );
    await forgetInactivePhones(
      client,
      ageing,
      await inactivePhones(
        client,
        ageing,
        found.map(({ phone }) => phone),
      ),
    );
    return found.at(-1)?.id ?? null;
  };

const DELETED = 5000;

/** Saves ended campaigns' results before their rows are deleted. */
const closeCampaigns: Step = async (client, { accountId, until }) => {
  const found = await rows<{ id: string }>(
    client,
    'select id from campaigns where account_id = $1 and ended_at < $2 and rows_gone_at is null order by id limit 20',
    [accountId, until],
  );
  for (const { id } of found) await closeFigures(client, accountId, id);
  return found.at(-1)?.id ?? null;
};

// Children before parents, by position, so that no account's events have gaps. Replies a gateway may return again keep their row
// and key, without the person.
const DELETE_EVENTS = `
  with listed as (
    select id, reply_id, position, created_at < $2 as old from events where account_id = $1 order by position limit ${DELETED}
  ), gone as (
    select * from listed where position < coalesce((select min(position) from listed where not old), 'infinity'::float8)
  ), owed as (
    select d.id from deliveries d join gone on d.event_id = gone.id
  ), attempts as (
    delete from delivery_attempts a using owed where a.delivery_id = owed.id
  ), delivered as (
    delete from deliveries d using owed where d.id = owed.id
  ), answers as (
    delete from replies r using gone where r.id = gone.reply_id and r.account_id = $1 and r.content_key is null
  ), events as (
    delete from events e using gone where e.id = gone.id
  )
  select max(position)::text as last from gone`;

const deleteEvents: Step = async (client, { accountId, until }) => {
  const [page] = await rows<{ last: string | null }>(client, DELETE_EVENTS, [accountId, until]);
  const last = page?.last ?? null;
  if (last !== null) await affected(client, MARK_EVENTS, [accountId, last]);
  return last;
};

const deleteReplies: Step = async (client, { accountId, until }, after) => {
  const found = await rows<{ id: string }>(
    client,
    `select id from replies where account_id = $1 and id > $2 and id < $3 order by id limit ${DELETED}`,
    [accountId, after ?? idAt(0), idAt(until.getTime())],
  );
  const ids = found.map(({ id }) => id);
  await affected(client, 'delete from replies where id = any($1::uuid[]) and content_key is null', [ids]);
  await affected(client, `update replies set ${ERASED_REPLY}, hidden = true where id = any($1::uuid[]) and not hidden`, [ids]);
  return ids.at(-1) ?? null;
};

const deleteMessages =
  (pageOf: typeof pageOfCampaigns): Step =>
  async (client, ageing, after) => {
    const { found, next } = await pageOf(client, ageing, after);
    const ids = found.map(({ id }) => id);
    for (const table of ['doubts', 'message_news'])
      await affected(client, `delete from ${table} where message_id = any($1::uuid[])`, [ids]);
    await affected(client, 'delete from messages where id = any($1::uuid[])', [ids]);
    return next;
  };

/** Carriers' ids of messages that expect no receipt, in stored order. */
const deleteReferences: Step = async (client, { until }, after) => {
  const count = await affected(
    client,
    `delete from message_references where ctid = any(array(select ctid from message_references where message_id < $1 limit ${DELETED}))`,
    [idAt(until.getTime())],
  );
  return count > 0 ? String(Number(after ?? 0) + 1) : null;
};

/** In order; after the last step the account is done. */
export const STEPS: Record<Forgotten, readonly Step[]> = {
  texts: [
    forgetTexts(pageOfCampaigns),
    forgetTexts(pageOfSingles),
    forgetReplies(`text = '', body = null`, `(text <> '' or body is not null)`),
    forgetEvents,
    forgetLists,
    forgetNotes,
    forgetNotices,
  ],
  contacts: [
    forgetListed('contacts', 'updated_at'),
    forgetListed('conversations', 'last_reply_at'),
    forgetRecipients(pageOfCampaigns),
    forgetRecipients(pageOfSingles),
    forgetReplies(ERASED_REPLY, `conversation_id is null and from_number <> '${ERASED}'`),
    forgetEvents,
    forgetLists,
    forgetNotices,
  ],
  rows: [
    closeCampaigns,
    deleteEvents,
    deleteReplies,
    deleteMessages(pageOfCampaigns),
    deleteMessages(pageOfSingles),
    forgetLists,
  ],
  references: [deleteReferences],
};
