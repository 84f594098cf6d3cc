import { activityInfo } from '@temporalio/activity';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { attribute, type Attribution } from '../../domain/replies/attribution.ts';
import { emitEvents, stillOwed, type DeliveriesOwed, type FreshRoom } from '../../database/callbacks/emit-events.ts';
import { announce } from '../../database/live.ts';
import { fileInConversations } from '../../database/conversations/file-in-conversations.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { affected, isCollision, isUnreachable, rows, transaction } from '../../database/sql.ts';
import type { ClaimedCallback } from '../callbacks/claim-callbacks.ts';
import { claimOf } from '../callbacks/first-claims.ts';
import { autoReply } from './auto-reply.ts';
import { keywordEvents, oweForwards, tagContacts } from './run-keyword-actions.ts';
import { findCandidates, learnCodes, readUnfiled } from './find-candidates.ts';
import { findRules, applyKeywords } from './apply-keywords.ts';
import { keywordOf, optedOutEvent, replyEvent } from './reply-event.ts';
import { readUnhidden } from './unhidden-replies.ts';
import type { Filed, Unfiled } from './filing-types.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  hashPhone: HashPhone;
  /** After the commit: sends the stored answers. */
  sendMessages: (ids: string[]) => void;
  oweMails: () => Promise<void>;
  /** Claims first attempts at filing: `room` limits them, `keep` holds them until they are posted. */
  first?: { room(): FreshRoom | undefined; keep(claims: ClaimedCallback[]): void };
};
/** A page's accounts, counts, and deliveries owed. */
export type PageFiled = DeliveriesOwed & {
  filed: number;
  unattributed: number;
  accounts: string[];
  /** Whether a device must be notified. Absent from older processes' results. */
  pushes?: boolean;
};
export type FileReplies = ReturnType<typeof createFileReplies>;

/** Files a page on behalf of a run. A reply that can't be filed is marked and listed, without delaying the rest. */
export function createFiling({ pool, log, hashPhone, sendMessages, oweMails, first }: Deps) {
  async function filePage(ids: string[], runId: string): Promise<PageFiled> {
    try {
      // Claims hold secrets and texts: they stay in this process, and the activity returns ids.
      const { answers, forwards, claims, ...owed } = await transaction(pool, (client) =>
        file(client, ids, { runId, hashPhone, room: first?.room() }),
      );
      first?.keep(claims);
      const [pushes] = await Promise.all([hasDevices(pool, owed.accounts), announce(pool, owed.accounts)]);
      if (answers.length > 0) sendMessages(answers);
      if (forwards > 0)
        await oweMails().catch((error: unknown) => log.warn({ err: error }, 'mails are owed; the sweep has them sent'));
      return { ...owed, pushes };
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (isCollision(error)) return filePage(ids, runId);
      if (ids.length > 1) {
        const middle = Math.ceil(ids.length / 2);
        const front = await filePage(ids.slice(0, middle), runId);
        const back = await filePage(ids.slice(middle), runId);
        return {
          callbacks: [...front.callbacks, ...back.callbacks],
          emails: [...front.emails, ...back.emails],
          accounts: [...new Set([...front.accounts, ...back.accounts])],
          filed: front.filed + back.filed,
          unattributed: front.unattributed + back.unattributed,
          pushes: front.pushes === true || back.pushes === true,
        };
      }
      const reason = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
      log.error({ err: error, replyId: ids[0] }, 'a reply could not be filed; it is set aside for the operator');
      await affected(pool, `update replies set filing_failed = $2, run_id = $3 where id = any($1::uuid[]) and filed_at is null`, [
        ids,
        reason,
        runId,
      ]);
      return NOTHING;
    }
  }
  return filePage;
}

/** A failed look-up counts as no device. */
const hasDevices = (pool: Pool, accounts: string[]): Promise<boolean> =>
  rows(pool, 'select from push_subscriptions s join users u on u.id = s.user_id where u.account_id = any($1::uuid[]) limit 1', [
    accounts,
  ]).then(
    (found) => found.length > 0,
    () => false,
  );

const NOTHING: PageFiled = { callbacks: [], emails: [], accounts: [], filed: 0, unattributed: 0 };

/**
 * `onPageTaken`: a page was filed, or can't be now. `onCallbacksDue`: check the leases of first attempts whose process may have
 * died.
 */
type RunDeps = Deps & {
  onPageTaken: (runId: string) => void;
  onCallbacksDue: () => void;
  onFiled?: (page: Pick<PageFiled, 'filed' | 'unattributed'>) => void;
};

export const createFileReplies = ({ onPageTaken, onCallbacksDue, onFiled, ...deps }: RunDeps) => {
  const filePage = createFiling(deps);
  return {
    /**
     * Idempotent: attributes each reply, applies STOPs, files it in its conversation, freezes its event, and returns the
     * deliveries owed. A retry also returns those of the attempt whose result was lost.
     */
    async fileReplies(replyIds: string[]): Promise<PageFiled> {
      const runId = activityInfo().workflowExecution?.workflowId ?? 'none';
      try {
        const page = await filePage(replyIds, runId);
        onFiled?.(page);
        if (page.filed + page.unattributed === replyIds.length) return page;
        onCallbacksDue();
        return { ...page, ...(await stillOwed(deps.pool, replyIds, runId)) };
      } finally {
        onPageTaken(runId);
      }
    },
  };
};

const messageOf = (attribution: Attribution): string | null => ('messageId' in attribution ? attribution.messageId : null);

/** `answers`: messages to send. `forwards`: mails owed by keyword rules. */
type FiledPage = PageFiled & { claims: ClaimedCallback[]; answers: string[]; forwards: number };
type Page = { runId: string; hashPhone: HashPhone; room: FreshRoom | undefined };

async function file(client: PoolClient, ids: string[], { runId, hashPhone, room }: Page): Promise<FiledPage> {
  const { unfiled, unhidden } = await readUnfiled(client, ids);
  const released = unhidden ? await readUnhidden(client, ids) : [];
  if (unfiled.length === 0 && released.length === 0) return { ...NOTHING, claims: [], answers: [], forwards: 0 };

  const { candidates, messages: answered, unlearned } = await findCandidates(client, unfiled);
  const attributions = unfiled.map((reply) => ({ reply, attribution: attribute(candidates.get(reply.id) ?? [], reply) }));
  const accountOf = new Map([...candidates.values()].flat().map((candidate) => [candidate.messageId, candidate.accountId]));

  const filed: Filed[] = [];
  for (const { reply, attribution } of attributions) {
    const message = answered.get(messageOf(attribution) ?? '') ?? null;
    const accountId = attribution.method === 'rented-number' ? attribution.accountId : message && accountOf.get(message.id);
    if (!accountId) continue;
    const keyword = keywordOf(reply.text);
    filed.push({
      reply,
      accountId,
      attribution,
      answered: message,
      hidden: message?.two_way === false,
      keyword,
      optOut: keyword === 'stop',
      rule: null,
      conversationId: null,
      sequence: null,
    });
  }
  filed.sort((a, b) => a.reply.received_at.getTime() - b.reply.received_at.getTime() || (a.reply.id < b.reply.id ? -1 : 1));

  const attributed = new Set(filed.map((each) => each.reply));
  const none = attributions.filter(({ reply }) => !attributed.has(reply));
  await findRules(client, filed);
  const optedOut = await applyKeywords(
    client,
    filed,
    none.map(({ reply }) => ({ reply, candidates: candidates.get(reply.id) ?? [] })),
    hashPhone,
  );
  await learnCodes(
    client,
    filed.flatMap(({ answered: message, reply }) =>
      message && unlearned.has(message.id) ? [{ messageId: message.id, code: reply.reply_code }] : [],
    ),
  );
  const shown = [...filed.filter((each) => !each.hidden), ...released];
  await markFiled(client, shown, [...filed.filter((each) => each.hidden), ...none.map(ofNobody)], runId);
  await tagContacts(client, shown);
  const answers = await autoReply(client, filed, optedOut);
  const forwards = await oweForwards(client, shown);
  const happened = shown.map((each) => ({
    ...replyEvent('reply.received', each.accountId, each),
    order:
      each.conversationId !== null && each.sequence !== null
        ? { conversationId: each.conversationId, sequence: each.sequence }
        : null,
  }));
  const left = filed.filter((each) => optedOut.has(each.reply.id)).map((each) => optedOutEvent(each.accountId, each));
  const { born, ...owed } = await emitEvents(client, [...happened, ...left, ...keywordEvents(shown)], runId, room);
  const ingested = new Map(unfiled.map((reply) => [reply.id, reply.ingested_at]));
  const claims = born.map((each) => claimOf(each, ingested.get(each.replyId ?? '')));
  return { ...owed, claims, answers, forwards, filed: filed.length + released.length, unattributed: none.length };
}

/** Its keyword is kept: an account it is attributed to later obeys it. */
const ofNobody = ({ reply, attribution }: { reply: Unfiled; attribution: Attribution }) => ({
  reply,
  attribution,
  accountId: null,
  answered: null,
  hidden: false,
  keyword: keywordOf(reply.text),
  optOut: keywordOf(reply.text) === 'stop',
});

/** Puts shown replies in their conversations and marks all as filed. */
async function markFiled(
  client: PoolClient,
  shown: Filed[],
  others: (Omit<Filed, 'accountId' | 'rule' | 'conversationId' | 'sequence'> & { accountId: string | null })[],
  runId: string,
): Promise<void> {
  const all = [...shown, ...others];
  await fileInConversations(
    client,
    shown,
    `update replies r set filed_at = now(), run_id = $run, account_id = f.account_id, campaign_id = f.campaign_id,
        message_id = f.message_id, conversation_id = placed.conversation_id, sequence = placed.sequence,
        attribution = f.attribution, opt_out = f.opt_out, hidden = f.hidden, keyword = f.keyword
      from unnest($filed::uuid[], $filedAccounts::uuid[], $campaigns::uuid[], $messages::uuid[], $attributions::jsonb[],
          $optOuts::bool[], $hidden::bool[], $keywords::text[])
        as f (id, account_id, campaign_id, message_id, attribution, opt_out, hidden, keyword) left join placed using (id)
      where r.id = f.id`,
    {
      run: runId,
      filed: all.map((each) => each.reply.id),
      filedAccounts: all.map((each) => each.accountId),
      campaigns: all.map((each) => each.answered?.campaign_id ?? null),
      messages: all.map((each) => each.answered?.id ?? null),
      attributions: all.map((each) => JSON.stringify(each.attribution)),
      optOuts: all.map((each) => each.optOut),
      hidden: all.map((each) => each.hidden),
      keywords: all.map((each) => each.keyword),
    },
  );
}
