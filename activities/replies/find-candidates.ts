import type { PoolClient } from 'pg';
import type { Candidate } from '../../domain/replies/attribution.ts';
import { CLOCK_TOLERANCE_MS, renterAt, windowOf } from '../../domain/replies/attribution.ts';
import { MAY_HAVE_ARRIVED } from '../../domain/sending/message.ts';
import { normaliseOrigin } from '../../domain/phone-number.ts';
import { PLACEHOLDER } from '../../domain/sending/sender-policy.ts';
import { affected, rows } from '../../database/sql.ts';
import type { Answered, Unfiled } from './filing-types.ts';

type UnfiledRow = Omit<Unfiled, 'renter' | 'slackMs' | 'since' | 'until'> & {
  from_raw: string;
  precision: string;
  country: string | null;
  clock_tolerance_ms: number | null;
  account_id: string | null;
  rented_at: Date | null;
  last_account_id: string | null;
  released_at: Date | null;
  unhide: boolean;
};

/** Replies of a page waiting for the nightly sync, locked, with the facts for attribution. */
export const readWaiting = async (client: PoolClient, ids: string[]): Promise<Unfiled[]> =>
  (await readUnfiled(client, ids, false)).unfiled;

/** The same for replies to file; `unhidden`: some of the page were hidden and are now released. */
export async function readUnfiled(
  client: PoolClient,
  ids: string[],
  released = true,
): Promise<{ unfiled: Unfiled[]; unhidden: boolean }> {
  const all = await rows<UnfiledRow>(
    client,
    `select r.id, r.carrier_id, r.from_raw, r.from_number, r.reply_code, r.text, r.received_at, r.ingested_at, r.precision, r.partial, r.peeked as "stopChecked", r.unhide,
       n.kind, n.country, n.account_id, n.rented_at, n.last_account_id, n.released_at, n.port, c.clock_tolerance_ms, c.stop_confirmations
     from replies r left join carriers c on c.id = r.carrier_id
     left join numbers n on n.carrier_id = r.carrier_id and n.number = r.reply_code
     where r.id = any($1::uuid[]) and r.filed_at is null and r.filing_failed is null and (r.unhide or (r.released_at is not null) = $2)
     order by r.id for update of r`,
    [ids, released],
  );
  const found = all.filter((row) => !row.unhide);
  const unfiled = found.map((row): Unfiled => {
    const { since, until, slackMs } = windowOf({
      kind: row.kind,
      receivedAt: row.received_at,
      ingestedAt: row.ingested_at,
      precision: row.precision,
      clockToleranceMs: row.clock_tolerance_ms ?? CLOCK_TOLERANCE_MS,
    });
    const renter = renterAt(row.received_at, {
      renter: row.account_id,
      rentedAt: row.rented_at,
      lastRenter: row.last_account_id,
      releasedAt: row.released_at,
    });
    // A number without a prefix belongs to the country of the number it was sent to.
    const phone = row.country === null ? row.from_number : normaliseOrigin(row.from_raw, row.country);
    return { ...row, from_number: phone, renter, since, until, slackMs };
  });
  const mended = unfiled.filter((reply, index) => reply.from_number !== found[index]?.from_number);
  if (mended.length > 0) {
    await affected(
      client,
      `update replies r set from_number = f.phone from unnest($1::uuid[], $2::text[]) as f (id, phone) where r.id = f.id`,
      [mended.map((reply) => reply.id), mended.map((reply) => reply.from_number)],
    );
  }
  return { unfiled, unhidden: found.length < all.length };
}

/** Whether it was sent to a code shared by accounts. */
export const isShared = ({ kind, reply_code: code }: Pick<Unfiled, 'kind' | 'reply_code'>): boolean =>
  kind === 'short-code' || (kind === null && /^\d{3,6}$/.test(code));

const ANSWERED = `m.id, m.text, m.submitted_at, m.reference, c.id as campaign_id, c.name as campaign_name, c.request_id,
       m.two_way or coalesce(m.submitted_at <= a.held_released_at, false) as two_way`;

/** An answer within a conversation belongs to the campaign of the reply before it. */
const CAMPAIGN = `left join lateral (
       select campaign_id from replies where conversation_id = m.conversation_id and m.campaign_id is null and campaign_id is not null
         and received_at <= m.submitted_at
       order by sequence desc limit 1
     ) d on true
     left join campaigns c on c.id = coalesce(m.campaign_id, d.campaign_id)`;

/** Messages a page's replies may answer: candidates by reply, and all as events show them. */
type Found = { candidates: Map<string, Candidate[]>; messages: Map<string, Answered>; unlearned: Set<string> };

/**
 * Every message each reply may answer, in one statement; `unlearned`: their code is not yet known. The lock on accounts keeps
 * reply visibility fixed until commit: a concurrent release finds the reply filed, or waits.
 */
export async function findCandidates(client: PoolClient, unfiled: Unfiled[]): Promise<Found> {
  if (unfiled.length === 0) return { candidates: new Map(), messages: new Map(), unlearned: new Set() };
  const found = await rows<Answered & { reply_id: string; account_id: string; keyword: string | null; unlearned: boolean }>(
    client,
    `select r.id as reply_id, ${ANSWERED}, m.account_id, c.keyword, m.reply_code = '${PLACEHOLDER}' as unlearned
     from unnest($ids::uuid[], $phones::text[], $codes::text[], $since::timestamptz[], $until::timestamptz[], $carriers::uuid[], $shared::bool[])
       as r (id, phone, code, since, until, carrier, shared)
     -- A code of the operator's that is not known yet may be any short one of that carrier.
     join messages m on m.to_number = r.phone and m.reply_code in (r.code, '${PLACEHOLDER}')
       and (m.reply_code = r.code or m.carrier_id = r.carrier and r.shared)
       and m.submitted_at >= r.since and m.submitted_at <= r.until and m.state = any($states::text[])
     join accounts a on a.id = m.account_id ${CAMPAIGN}
     for key share of a`,
    {
      ids: unfiled.map((reply) => reply.id),
      phones: unfiled.map((reply) => reply.from_number),
      codes: unfiled.map((reply) => reply.reply_code),
      since: unfiled.map((reply) => reply.since),
      until: unfiled.map((reply) => reply.until),
      carriers: unfiled.map((reply) => reply.carrier_id),
      shared: unfiled.map(isShared),
      states: [...MAY_HAVE_ARRIVED],
    },
  );
  const candidates = [...Map.groupBy(found, (row) => row.reply_id)].map(([id, ofReply]): [string, Candidate[]] => [
    id,
    ofReply.map((row) => ({
      messageId: row.id,
      accountId: row.account_id,
      campaignId: row.campaign_id,
      sentAt: row.submitted_at,
      keyword: row.keyword,
      text: row.text,
    })),
  ]);
  return {
    candidates: new Map(candidates),
    messages: new Map(found.map((row) => [row.id, row])),
    unlearned: new Set(found.flatMap((row) => (row.unlearned ? row.id : []))),
  };
}

/** The answered messages as events show them. */
export async function findAnswered(client: PoolClient, messageIds: string[]): Promise<Map<string, Answered>> {
  const found = await rows<Answered>(
    client,
    `select ${ANSWERED}
     from messages m join accounts a on a.id = m.account_id ${CAMPAIGN} where m.id = any($1::uuid[])
     for key share of a`,
    [messageIds],
  );
  return new Map(found.map((row) => [row.id, row]));
}

/** Stores the code that the operator put in the place of 12345, learnt from the first reply. */
export async function learnCodes(client: PoolClient, answered: { messageId: string; code: string }[]): Promise<void> {
  if (answered.length === 0) return;
  const sorted = answered.toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1));
  await affected(
    client,
    `update messages m set reply_code = l.code from unnest($1::uuid[], $2::text[]) as l (id, code)
     where m.id = l.id and m.reply_code = '${PLACEHOLDER}'`,
    [sorted.map(({ messageId }) => messageId), sorted.map(({ code }) => code)],
  );
}
