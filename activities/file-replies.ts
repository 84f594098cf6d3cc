import { activityInfo } from '@temporalio/activity';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { attribute, type Attribution } from '../domain/attribution.ts';
import { readKeyword } from '../domain/keywords.ts';
import { emitEvents, type DeliveriesOwed, type Emitted } from '../database/emit-events.ts';
import { announce } from '../database/live.ts';
import { byAccountAndPhone, fileInConversations } from '../database/file-in-conversations.ts';
import { affected, isUnreachable, rows, transaction } from '../database/sql.ts';
import { findAnswered, findCandidates, readUnfiled } from './find-candidates.ts';
import { contactOptedOut, octopushFacts, replyReceived } from './reply-event.ts';
import { readReleased } from './released-replies.ts';
import type { Filed, Unfiled } from './filed-reply.ts';

type Deps = { pool: Pool; log: Logger };
export type FileReplies = ReturnType<typeof createFileReplies>;

/** Files a page under the name of the run that does it. A reply that can't be filed is marked and listed; the rest does not wait for it. */
export function createFiling({ pool, log }: Deps) {
  async function filePage(ids: string[], runId: string): Promise<DeliveriesOwed> {
    try {
      const { accounts, ...owed } = await transaction(pool, (client) => file(client, ids, runId));
      await announce(pool, accounts);
      return owed;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (isCollision(error)) return filePage(ids, runId);
      if (ids.length > 1) {
        const middle = Math.ceil(ids.length / 2);
        const first = await filePage(ids.slice(0, middle), runId);
        const second = await filePage(ids.slice(middle), runId);
        return { callbacks: [...first.callbacks, ...second.callbacks], emails: [...first.emails, ...second.emails] };
      }
      const reason = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
      log.error({ err: error, replyId: ids[0] }, 'a reply could not be filed; it is set aside for the operator');
      await affected(pool, `update replies set filing_failed = $2, run_id = $3 where id = any($1::uuid[]) and filed_at is null`, [
        ids,
        reason,
        runId,
      ]);
      return { callbacks: [], emails: [] };
    }
  }
  return filePage;
}

export const createFileReplies = (deps: Deps) => {
  const filePage = createFiling(deps);
  return {
    /**
     * Idempotent: attributes each reply, obeys a STOP, files it in its conversation, freezes its event, and answers with the
     * deliveries it owes.
     */
    async fileReplies(replyIds: string[]): Promise<DeliveriesOwed> {
      return filePage(replyIds, activityInfo().workflowExecution?.workflowId ?? 'none');
    },
  };
};

/** A deadlock or a lost race for a unique key: the same page succeeds when tried again. */
const isCollision = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');

const messageOf = (attribution: Attribution): string | null => ('messageId' in attribution ? attribution.messageId : null);

async function file(client: PoolClient, ids: string[], runId: string): Promise<Emitted> {
  const unfiled = await readUnfiled(client, ids);
  const released = await readReleased(client, ids);
  if (unfiled.length === 0 && released.length === 0) return { callbacks: [], emails: [], accounts: [] };

  const candidates = await findCandidates(client, unfiled);
  const attributions = unfiled.map((reply) => ({ reply, attribution: attribute(candidates.get(reply.id) ?? [], reply) }));
  const answered = await findAnswered(
    client,
    attributions.flatMap(({ attribution }) => messageOf(attribution) ?? []),
  );
  const accountOf = new Map([...candidates.values()].flat().map((candidate) => [candidate.messageId, candidate.accountId]));

  const filed: Filed[] = [];
  for (const { reply, attribution } of attributions) {
    const message = answered.get(messageOf(attribution) ?? '') ?? null;
    const accountId = attribution.method === 'rented-number' ? attribution.accountId : message && accountOf.get(message.id);
    if (!accountId) continue;
    const { kind } = readKeyword(reply.text);
    filed.push({
      reply,
      accountId,
      attribution,
      answered: message,
      hidden: message?.two_way === false,
      keyword: kind === 'none' ? null : kind,
      optOut: kind === 'stop',
      conversationId: null,
      sequence: null,
    });
  }
  filed.sort((a, b) => a.reply.received_at.getTime() - b.reply.received_at.getTime() || (a.reply.id < b.reply.id ? -1 : 1));

  const optedOut = new Set(await obeyKeywords(client, filed));
  const shown = [...filed.filter((each) => !each.hidden), ...released];
  await fileInConversations(client, shown);
  const none = attributions.filter(({ reply }) => !filed.some((each) => each.reply === reply));
  await markFiled(client, [...filed, ...released], none, runId);
  const happened = shown.map((each) => ({
    accountId: each.accountId,
    type: 'reply.received' as const,
    replyId: each.reply.id,
    emails: true,
    order:
      each.conversationId !== null && each.sequence !== null
        ? { conversationId: each.conversationId, sequence: each.sequence }
        : null,
    campaignId: each.answered?.campaign_id ?? null,
    body: (eventId: string) => replyReceived(eventId, each),
    octopush: { kind: 'inbound' as const, to: each.reply.reply_code, ...octopushFacts(each) },
  }));
  const left = filed
    .filter((each) => optedOut.has(each.reply.id))
    .map((each) => ({
      accountId: each.accountId,
      type: 'contact.opted-out' as const,
      replyId: each.hidden ? null : each.reply.id,
      emails: false,
      campaignId: each.answered?.campaign_id ?? null,
      body: (eventId: string) => contactOptedOut(eventId, each),
      octopush: { kind: 'stop' as const, ...octopushFacts(each) },
    }));
  return emitEvents(client, [...happened, ...left], runId);
}

/**
 * A STOP counts from the moment it is filed, whether or not the account sees the reply; START lifts it. Answers with the
 * replies that opted someone out who was not before.
 */
async function obeyKeywords(client: PoolClient, filed: Filed[]): Promise<string[]> {
  const stops = filed.filter((each) => each.optOut).toSorted(byAccountAndPhone);
  const left =
    stops.length === 0
      ? []
      : await rows<{ reply_id: string }>(
          client,
          `insert into opt_outs (account_id, phone, since, reply_id)
           select account_id, phone, now(), reply_id from unnest($1::uuid[], $2::text[], $3::uuid[]) as s (account_id, phone, reply_id)
           on conflict do nothing returning reply_id`,
          [stops.map((each) => each.accountId), stops.map((each) => each.reply.from_number), stops.map((each) => each.reply.id)],
        );
  const starts = filed.filter((each) => each.keyword === 'start');
  if (starts.length > 0) {
    await affected(
      client,
      `delete from opt_outs o using unnest($1::uuid[], $2::text[]) as s (account_id, phone) where o.account_id = s.account_id and o.phone = s.phone`,
      [starts.map((each) => each.accountId), starts.map((each) => each.reply.from_number)],
    );
  }
  return left.map((row) => row.reply_id);
}

async function markFiled(
  client: PoolClient,
  filed: Filed[],
  none: { reply: Unfiled; attribution: Attribution }[],
  runId: string,
): Promise<void> {
  const all = [
    ...filed,
    ...none.map(({ reply, attribution }) => ({
      reply,
      attribution,
      accountId: null,
      answered: null,
      hidden: false,
      keyword: null,
      optOut: false,
      conversationId: null,
      sequence: null,
    })),
  ];
  await affected(
    client,
    `update replies r set filed_at = now(), run_id = $1, account_id = f.account_id, campaign_id = f.campaign_id, message_id = f.message_id,
       conversation_id = f.conversation_id, sequence = f.sequence, attribution = f.attribution, opt_out = f.opt_out, hidden = f.hidden, keyword = f.keyword
     from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::jsonb[], $9::bool[], $10::bool[], $11::text[])
       as f (id, account_id, campaign_id, message_id, conversation_id, sequence, attribution, opt_out, hidden, keyword)
     where r.id = f.id`,
    [
      runId,
      all.map((each) => each.reply.id),
      all.map((each) => each.accountId),
      all.map((each) => each.answered?.campaign_id ?? null),
      all.map((each) => each.answered?.id ?? null),
      all.map((each) => each.conversationId),
      all.map((each) => each.sequence),
      all.map((each) => JSON.stringify(each.attribution)),
      all.map((each) => each.optOut),
      all.map((each) => each.hidden),
      all.map((each) => each.keyword),
    ],
  );
}
