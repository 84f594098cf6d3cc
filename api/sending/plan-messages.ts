import { rows, type Sql } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { fault, type Fault } from '../../domain/problems/said.ts';
import type { Warning } from '../../domain/problems/warning.ts';
import { optedOutAmong } from '../../database/contacts/opt-out.ts';
import type { Refusal, RouteName } from '../../domain/sending/sender-policy.ts';
import { newId } from '../../database/ids.ts';
import { loadPlanRules, type PlanRules } from '../../planning/load-rules.ts';
import { ofOne, planCampaign } from '../../planning/plan-campaign.ts';
import type { PlannedMessage } from '../../planning/plan.ts';
import { sendTime } from '../campaigns/campaign-request.ts';
import type { ApiServices, CallingAccount } from '../services.ts';

export type Asked = {
  to: string;
  text: string;
  route: RouteName;
  sender?: string | undefined;
  reference?: string | undefined;
  withReplies: boolean;
  allowUnreachable: boolean;
  optimise: boolean;
  simulation: boolean;
  skipOptedOut: boolean;
  sendAt?: string | undefined;
  validity?: number | undefined;
};
/** Null `sendAt`: at once. Null `expiresAt`: never. */
export type Ready = {
  asked: Asked;
  carrierId: string;
  message: PlannedMessage & { id: string };
  sendAt: Date | null;
  expiresAt: Date | null;
};

/** Texts without tags are planned together, as values of one tag. */
const isPlain = ({ text }: Asked): boolean => !text.includes('{{') && !/x{4}/i.test(text);

/** Messages planned together, each number once per group; `place` is their original position. */
function groups(asked: readonly Asked[]): { place: number; one: Asked }[][] {
  const seen = new Map<string, number>();
  const keyed = asked.map((one, place) => {
    const { route, sender, withReplies, allowUnreachable, optimise, sendAt } = one;
    const same = JSON.stringify([route, sender, withReplies, allowUnreachable, optimise, sendAt, isPlain(one) || place]);
    const again = `${one.to.replaceAll(/\D/g, '').slice(-9)} ${same}`;
    seen.set(again, (seen.get(again) ?? 0) + 1);
    return { place, one, key: `${same} ${seen.get(again)}` };
  });
  return [...Map.groupBy(keyed, ({ key }) => key).values()];
}

/** Throws one message's faults by field, several messages' by row too; nothing is stored then. */
export async function planMessages(
  services: ApiServices,
  account: CallingAccount,
  asked: readonly Asked[],
): Promise<{ ready: Ready[]; warnings: Warning[] }> {
  const many = asked.length > 1;
  const rules = new Map<RouteName, PlanRules>();
  const ready: Placed[] = [];
  const warnings = new Map<string, Warning>();
  const faults: Fault[] = [];
  for (const group of groups(asked)) {
    const [first] = group;
    if (!first) continue;
    const { route } = first.one;
    const known = rules.get(route) ?? (await loadPlanRules(services, account, route));
    rules.set(route, known);
    const plan = await planGroup(group, first.one, known);
    if ('refused' in plan) {
      if (!many) throw ofOne(plan.refused, 'to');
      if (plan.refused.faults.length === 0) throw new AppError(plan.refused.code, plan.refused.said);
      for (const found of plan.refused.faults) faults.push({ ...found, row: (group[(found.row ?? 1) - 1]?.place ?? 0) + 1 });
      continue;
    }
    for (const warning of plan.warnings) warnings.set(warning.code, warnings.get(warning.code) ?? warning);
    ready.push(...plan.ready);
  }
  faults.push(...(await optedOutFaults(services, account, ready)));
  if (faults.length > 0) throw many ? rowsRefused(faults) : new AppError('opted-out');
  return { ready: ready.toSorted((a, b) => a.place - b.place), warnings: [...warnings.values()] };
}

type Placed = Ready & { place: number };

/** Opted-out recipients, unless the message skips them. */
async function optedOutFaults(
  { db, hashPhone }: ApiServices,
  account: CallingAccount,
  ready: readonly Placed[],
): Promise<Fault[]> {
  const asked = ready.filter((each) => !each.asked.skipOptedOut);
  const phones = asked.map(({ message }) => message.to);
  const silent = await optedOutAmong(db.pool, account.id, phones, hashPhone);
  return asked
    .filter(({ message }) => silent.has(message.to))
    .map(({ place }) => ({ ...fault('to', 'opted-out'), row: place + 1 }));
}

function rowsRefused(faults: Fault[]): AppError {
  const sorted = faults.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0));
  return new AppError(sorted.every(({ code }) => code === 'opted-out') ? 'opted-out' : 'invalid-rows', null, sorted);
}

/** Plans messages that differ only by recipient or plain text. */
async function planGroup(
  group: { place: number; one: Asked }[],
  first: Asked,
  rules: PlanRules,
): Promise<{ refused: Refusal } | { ready: Placed[]; warnings: Warning[] }> {
  const { route, text, sender, withReplies, allowUnreachable, optimise } = first;
  const sendAt = sendTime(first.sendAt, Date.now());
  const plain = isPlain(first);
  const recipients = group.map(({ one: { to, reference, text } }) => ({
    to,
    ...(reference === undefined ? {} : { reference }),
    ...(plain ? { text } : {}),
  }));
  const purpose = 'transactional' as const;
  const request = { route, sender, withReplies, allowUnreachable, sendAt, purpose, optimise, recipients };
  const plan = await planCampaign({ ...request, text: plain ? '{{text}}' : text }, rules);
  if ('refused' in plan) return plan;
  if (plan.messages.length !== group.length) throw new Error('A plan without refusal has a message for each recipient');
  const { carrierId, messages, warnings } = plan;
  const ready = group.flatMap(({ place, one }, index): Placed[] => {
    const message = messages[index];
    if (!message) return [];
    const expiresAt = one.validity === undefined ? null : new Date((sendAt?.getTime() ?? Date.now()) + one.validity * 1000);
    return [{ place, asked: one, carrierId, message: { ...message, id: newId() }, sendAt, expiresAt }];
  });
  return { ready, warnings };
}

/** Sets send and expiry times of stored messages, in the caller's transaction. */
export async function setTimes(sql: Sql, ready: readonly Ready[]): Promise<void> {
  const timed = ready.filter(({ sendAt, expiresAt }) => sendAt ?? expiresAt);
  if (timed.length === 0) return;
  await rows(
    sql,
    `update messages m set send_at = t.at, not_before = t.at, expires_at = t.until
     from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as t (id, at, until) where m.id = t.id`,
    [timed.map(({ message }) => message.id), timed.map(({ sendAt }) => sendAt), timed.map(({ expiresAt }) => expiresAt)],
  );
}
