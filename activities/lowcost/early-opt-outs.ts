import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { attribute } from '../../domain/replies/attribution.ts';
import { readKeyword } from '../../domain/replies/keywords.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { findCandidates, readWaiting } from '../replies/find-candidates.ts';
import { meantByKeyword, type Unattributed } from '../replies/ambiguous-keywords.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  lines: { session(carrierId: string): { pollReplies?: unknown } };
  /** Reads one page; returns where the next begins. */
  readGateway: (carrierId: string, after: number | null, now: Date) => Promise<{ after: number | null; more: boolean }>;
  hashPhone: HashPhone;
};
/** `of`: the STOP reply; `replyId` only if it belongs to the account. */
type Leaving = { accountId: string; phone: string; replyId: string | null; of: string };
export type EarlyOptOuts = (carrierId: string) => Promise<void>;

const PAGE = 500;

/**
 * Before sending through a polled gateway: applies the STOPs it holds, though the replies themselves appear after the nightly
 * sync. An unreachable gateway does not stop the sending; stored replies are checked anyway. Never rejects because of a gateway.
 */
export function createEarlyOptOuts({ pool, log, lines, readGateway, hashPhone }: Deps): EarlyOptOuts {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  async function peek(carrierId: string): Promise<void> {
    try {
      let after: number | null = null;
      for (let more = true; more;) ({ after, more } = await readGateway(carrierId, after, new Date()));
    } catch (error) {
      log.warn({ err: error, carrierId }, 'a gateway could not be asked for opt-outs before sending');
    }
    while ((await transaction(pool, (client) => applyStops(client, carrierId, hashPhone))) === PAGE);
  }

  /** One check at a time, shared by callers who asked before it began: one under way may have passed newer replies. */
  function look(carrierId: string): Promise<void> {
    const waiting = next.get(carrierId);
    if (waiting) return waiting;
    const before = running.get(carrierId);
    if (!before) return begin(carrierId);
    const after = before.catch(() => {}).then(() => begin(carrierId));
    next.set(carrierId, after);
    return after;
  }

  function begin(carrierId: string): Promise<void> {
    next.delete(carrierId);
    const done = peek(carrierId).finally(() => running.delete(carrierId));
    running.set(carrierId, done);
    return done;
  }

  return async (carrierId) => {
    if (lines.session(carrierId).pollReplies) await look(carrierId);
  };
}

/** Idempotent: checks each waiting reply once and applies the STOPs. */
async function applyStops(client: PoolClient, carrierId: string, hashPhone: HashPhone): Promise<number> {
  const waiting = await rows<{ id: string; text: string }>(
    client,
    `select id, text from replies where carrier_id = $1 and released_at is null and filing_failed is null and peeked is null
     order by least(received_at, ingested_at) limit ${PAGE} for update skip locked`,
    [carrierId],
  );
  const stops = waiting.filter(({ text }) => readKeyword(text).kind === 'stop').map(({ id }) => id);
  const replies = stops.length === 0 ? [] : await readWaiting(client, stops);
  const { candidates } = await findCandidates(client, replies);
  const accountOf = new Map([...candidates.values()].flat().map((candidate) => [candidate.messageId, candidate.accountId]));
  const nobodys: Unattributed[] = [];
  const left = replies.flatMap((reply): Leaving[] => {
    const attribution = attribute(candidates.get(reply.id) ?? [], reply);
    const accountId =
      attribution.method === 'rented-number'
        ? attribution.accountId
        : 'messageId' in attribution
          ? accountOf.get(attribution.messageId ?? '')
          : undefined;
    if (accountId !== undefined) return [{ accountId, phone: reply.from_number, replyId: reply.id, of: reply.id }];
    nobodys.push({ reply, candidates: candidates.get(reply.id) ?? [] });
    return [];
  });
  const meant = await meantByKeyword(client, nobodys, hashPhone);
  left.push(...meant.stops.map(({ accountId, phone, of }) => ({ accountId, phone, replyId: null, of })));
  left.sort((a, b) => (`${a.accountId} ${a.phone}` < `${b.accountId} ${b.phone}` ? -1 : 1));
  if (left.length > 0) {
    await affected(
      client,
      `insert into opt_outs (account_id, phone, since, reply_id)
       select account_id, phone, now(), reply_id from unnest($1::uuid[], $2::text[], $3::uuid[]) as s (account_id, phone, reply_id)
       on conflict do nothing`,
      [left.map((each) => each.accountId), left.map((each) => each.phone), left.map((each) => each.replyId)],
    );
  }
  const obeyed = left.map((each) => each.of);
  await affected(
    client,
    `update replies set peeked = case when id = any($2::uuid[]) then 'obeyed' else 'looked-at' end where id = any($1::uuid[])`,
    [waiting.map(({ id }) => id), obeyed],
  );
  return waiting.length;
}
