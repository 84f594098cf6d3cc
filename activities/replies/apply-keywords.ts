import type { PoolClient } from 'pg';
import { firstWordOf, nearestRule, type KeywordRule } from '../../domain/replies/keyword-rules.ts';
import type { OptOutSource } from '../../database/contacts/opt-out.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { affected, rows } from '../../database/sql.ts';
import type { Filed } from './filing-types.ts';
import { meantByKeyword, type Unattributed } from './ambiguous-keywords.ts';

/** Finds the account's rule for each reply's first word. STOP, START and CONTACT need no rule. */
export async function findRules(client: PoolClient, filed: Filed[]): Promise<void> {
  const asked = filed.flatMap((each) => {
    const word = firstWordOf(each.reply.text);
    const free = each.keyword === null || each.keyword === 'looks-like-stop';
    return word !== null && free && !each.hidden ? [{ each, word }] : [];
  });
  if (asked.length === 0) return;
  const found = await rows<KeywordRule & { account_id: string }>(
    client,
    `select r.id, r.account_id, r.word, r.number, r.campaign_id as "campaignId", r.actions
     from (select distinct account_id, word from unnest($1::uuid[], $2::text[]) as a (account_id, word)) a
     join keyword_rules r on r.account_id = a.account_id and r.word = a.word`,
    [asked.map(({ each }) => each.accountId), asked.map(({ word }) => word)],
  );
  if (found.length === 0) return;
  const byWord = Map.groupBy(found, (rule) => `${rule.account_id} ${rule.word}`);
  for (const { each, word } of asked) {
    const rules = byWord.get(`${each.accountId} ${word}`) ?? [];
    each.rule = nearestRule(rules, { number: each.reply.reply_code, campaignId: each.answered?.campaign_id ?? null });
    if (each.rule?.actions.some((action) => action.do === 'opt-out') === true) each.optOut = true;
  }
}

type Leaving = { accountId: string; phone: string; replyId: string | null; source: OptOutSource; reason: string | null };

/**
 * Applies STOPs from the moment of filing, whether or not the account sees the reply; START lifts them, for an erased number too.
 * A STOP applied before its release is not applied again: it may have been lifted since. Returns the replies that newly opted
 * someone out.
 */
export async function applyKeywords(
  client: PoolClient,
  filed: Filed[],
  unattributed: Unattributed[],
  hashPhone: HashPhone,
): Promise<Set<string>> {
  const meant = await meantByKeyword(client, unattributed, hashPhone);
  const leaving: Leaving[] = filed
    .filter((each) => each.optOut && each.reply.stopChecked !== 'obeyed')
    .map(({ accountId, reply, rule }) => ({
      accountId,
      phone: reply.from_number,
      replyId: reply.id,
      source: rule ? 'keyword' : 'reply',
      reason: rule?.word ?? null,
    }));
  const maybe = meant.stops.map(({ accountId, phone }): Leaving => ({
    accountId,
    phone,
    replyId: null,
    source: 'reply',
    reason: null,
  }));
  const all = [...leaving, ...maybe].toSorted((a, b) => (`${a.accountId} ${a.phone}` < `${b.accountId} ${b.phone}` ? -1 : 1));
  const left =
    all.length === 0
      ? []
      : await rows<{ reply_id: string | null }>(
          client,
          `insert into opt_outs (account_id, phone, since, reply_id, source, reason)
           select account_id, phone, now(), reply_id, source, reason
           from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[]) as s (account_id, phone, reply_id, source, reason)
           on conflict do nothing returning reply_id`,
          [
            all.map((each) => each.accountId),
            all.map((each) => each.phone),
            all.map((each) => each.replyId),
            all.map((each) => each.source),
            all.map((each) => each.reason),
          ],
        );
  const obeyed = filed.filter((each) => each.optOut && each.reply.stopChecked === 'obeyed');
  if (obeyed.length > 0) {
    left.push(
      ...(await rows<{ reply_id: string }>(
        client,
        `select o.reply_id from opt_outs o join unnest($1::uuid[], $2::text[], $3::uuid[]) as s (account_id, phone, reply_id)
           using (account_id, phone, reply_id)`,
        [obeyed.map((each) => each.accountId), obeyed.map((each) => each.reply.from_number), obeyed.map((each) => each.reply.id)],
      )),
    );
  }
  const back = [
    ...filed
      .filter((each) => each.keyword === 'start' || each.rule?.actions.some((action) => action.do === 'opt-in') === true)
      .map(({ accountId, reply }) => ({ accountId, phone: reply.from_number })),
    ...meant.starts,
  ];
  if (back.length > 0) {
    await affected(
      client,
      `delete from opt_outs o using unnest($1::uuid[], $2::text[], $3::text[]) as s (account_id, phone, hash)
       where o.account_id = s.account_id and o.phone in (s.phone, s.hash)`,
      [back.map((each) => each.accountId), back.map((each) => each.phone), back.map((each) => hashPhone(each.phone))],
    );
  }
  return new Set(left.flatMap((row) => row.reply_id ?? []));
}
