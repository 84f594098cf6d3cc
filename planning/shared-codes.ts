import { codesInUse } from '../database/sending/codes-in-use.ts';
import { idAt } from '../database/ids.ts';
import { affected, rows, type Sql } from '../database/sql.ts';
import type { Warning } from '../domain/problems/warning.ts';
import type { PlanRules } from './load-rules.ts';
import type { PlannedMessage } from './plan.ts';
import { ambiguity, awaitedBy } from './warnings.ts';

/** Longest time between planning and storing. */
const RECENT_MS = 300_000;

/** Recently stored campaigns; read before planning, to detect ones stored meanwhile. */
export async function recentCampaigns(sql: Sql): Promise<Set<string>> {
  const found = await rows<{ id: string }>(sql, 'select id from campaigns where id > $1', [idAt(Date.now() - RECENT_MS)]);
  return new Set(found.map(({ id }) => id));
}

type Stored = {
  rules: PlanRules;
  campaignId: string;
  at: Date;
  messages: readonly PlannedMessage[];
  seen: ReadonlySet<string>;
  warnings: Warning[];
};

/**
 * Marks stored messages whose reply code a campaign stored since the plan also uses; returns the updated warnings. Call last:
 * another campaign being stored waits for this commit and then sees it.
 */
export async function markShared(sql: Sql, { rules, campaignId, at, messages, seen, warnings }: Stored): Promise<Warning[]> {
  if (messages.every(({ replyCode }) => replyCode === null)) return warnings;
  await rows(sql, `select pg_advisory_xact_lock(hashtextextended('reply codes of campaigns', 0))`);
  const stored = await recentCampaigns(sql);
  stored.delete(campaignId);
  if ([...stored].every((id) => seen.has(id))) return warnings;
  const phones = messages.map(({ to }) => to);
  const busy = await codesInUse(sql, { account: rules.account.id, phones, codes: rules.numbers, at, except: campaignId });
  const shared = messages.flatMap(({ to, replyCode, ambiguous }) => {
    const awaited = awaitedBy(busy.get(to), replyCode);
    return awaited.ambiguous && !ambiguous ? [{ to, ...awaited }] : [];
  });
  if (shared.length === 0) return warnings;
  await affected(sql, 'update messages set ambiguous = true where campaign_id = $1 and to_number = any($2::text[])', [
    campaignId,
    shared.map(({ to }) => to),
  ]);
  const others = warnings.filter(({ code }) => code !== 'attribution-ambiguous' && code !== 'attribution-own');
  return [...others, ...ambiguity([...messages.filter(({ ambiguous }) => ambiguous), ...shared])];
}
