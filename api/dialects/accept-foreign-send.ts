import type { PoolClient } from 'pg';
import { optedOutAmong } from '../../database/contacts/opt-out.ts';
import { hearsForeign } from '../../database/callbacks/foreign-hearing.ts';
import { holdCampaign, insertMessage, storeCampaign } from '../../database/campaigns/store-campaign.ts';
import { newId } from '../../database/ids.ts';
import { affected, transaction } from '../../database/sql.ts';
import { totalCost } from '../../domain/campaigns/cost.ts';
import { isFrench } from '../../domain/france.ts';
import { detailOf } from '../../domain/problems/errors.ts';
import type { ErrorCode, Fault } from '../../domain/problems/said.ts';
import type { Platform, Refusal, RouteName } from '../../domain/sending/sender-policy.ts';
import { lower } from '../../domain/sending/spend-limit.ts';
import { hasStopMention } from '../../domain/sending/stop-mention.ts';
import { announce } from '../../database/live.ts';
import { loadPlanRules, type PlanRules } from '../../planning/load-rules.ts';
import type { PlannedMessage } from '../../planning/plan.ts';
import { planPage, type PlannedPage } from '../../planning/plan-campaign.ts';
import type { ApiServices, CallingAccount } from '../services.ts';
import { takeRequestId } from './request-id.ts';
import { tellRefused } from './tell-refused.ts';

/** Why a send or a recipient is refused; each dialect has its own code for it. */
export type ForeignRefusal =
  | 'two-way-off'
  | 'no-credit'
  | 'sender'
  | 'text-missing'
  | 'text-too-long'
  | 'stop-missing'
  | 'request-repeated'
  | 'no-good-number'
  | 'bad-number'
  | 'not-served'
  | 'no-lowcost'
  | 'undefined';

/** A send as another provider's API received it. */
export type ForeignSend = {
  /** Decides the sender rules: the generation of the API called. */
  generation: Platform;
  name: string;
  route: RouteName;
  /** With its dialect's tags, which `fill` replaces; other braces are text. */
  text: string;
  fill: (text: string, values: Record<string, string>) => string;
  sender: string | undefined;
  /** As written; shown beside what recipients see. */
  senderGiven: string | null;
  purpose: 'marketing' | 'transactional';
  withReplies: boolean;
  sendAt: Date | null;
  optimise: boolean;
  simulation: boolean;
  requestId: string | null;
  recipients: readonly ForeignRecipient[];
  /** Plan and store a paused campaign, sent on a later call. */
  onWord?: boolean;
};
export type ForeignRecipient = { phone: string; values: Record<string, string> };

export type ForeignRefused = { refused: ForeignRefusal; detail: string };
/** `ticket`: the id in callbacks. `left`: millionths still to spend; null without a limit. */
export type ForeignAccepted = {
  ticket: string;
  /** Without recipients who opted out. */
  taken: PlannedMessage[];
  /** `phone` as given, `number` with its country. */
  failed: { phone: string; number: string; why: ForeignRefusal }[];
  costMicros: number;
  segments: number;
  left: number | null;
};

const REFUSALS: Partial<Record<ErrorCode, ForeignRefusal>> = {
  'two-way-off': 'two-way-off',
  'spend-limit': 'no-credit',
  'no-reply-code': 'not-served',
  'sender-missing': 'sender',
  'sender-invalid': 'sender',
  'sender-unregistered': 'sender',
  'sender-generic': 'sender',
  'placeholder-without-replies': 'sender',
  'brand-without-code': 'sender',
  'number-not-rented': 'sender',
};

/** Why a recipient is left out; by default its number can't be read. */
const ROWS: Record<string, ForeignRefusal> = {
  'text-empty': 'text-missing',
  'row-too-long': 'text-too-long',
  'row-too-long-with-stop': 'text-too-long',
  'not-reached': 'no-lowcost',
  'no-reply-number': 'not-served',
  'no-reply-from-number': 'not-served',
  'no-stop-number': 'not-served',
};

/** Delay before sending when callbacks use the ticket: the answer that names it has arrived by then, even on a busy machine. */
const HELD_SECONDS = 3;

/** The number with a plus; no country is guessed. */
export const withCountry = (phone: string): string => phone.trim().replace(/^(?:\+|00|)/, '+');

const refusalOf = ({ code, said, faults }: Refusal): ForeignRefused => ({
  refused: REFUSALS[code] ?? 'undefined',
  detail: detailOf({ code, said: said ?? null, faults }, 'en'),
});

/**
 * Accepts a send of any dialect: several recipients become a campaign, one a single message. Failed recipients are named and the
 * others go. A refused send stores nothing.
 */
export async function acceptForeignSend(
  services: ApiServices,
  caller: CallingAccount,
  asked: ForeignSend,
): Promise<ForeignAccepted | ForeignRefused> {
  const { db, runs, hashPhone } = services;
  const account = { ...caller, platform: asked.generation };
  const rules = await loadPlanRules(services, account, asked.route);
  const plan = await planPage(requestOf(asked), rules, 1);
  if ('refused' in plan) return refusalOf(plan.refused);
  const failed = failuresOf(plan.faults, asked.recipients);
  const [first] = plan.messages;
  if (first === undefined) return nobody(failed);
  if (lacksStop(rules, asked, plan.messages)) return { refused: 'stop-missing', detail: 'The text does not say how to stop it.' };
  const room = await rules.room(asked.sendAt ?? new Date());
  const left = lower(room.day, room.month);
  if (!asked.simulation && isShort(left, first)) return { refused: 'no-credit', detail: 'The spend limit is reached.' };

  const phones = plan.messages.map(({ to }) => to);
  const silent = await optedOutAmong(db.pool, account.id, phones, hashPhone);
  const taken = plan.messages.filter(({ to }) => !silent.has(to));
  const ticket = newId();
  const single = plan.messages.length === 1 && asked.onWord !== true ? first : null;
  const told = await transaction(db.pool, (client) => store(client, { ticket, account, asked, plan, single, failed }));
  if (told === null) return { refused: 'request-repeated', detail: 'A request with this request_id was accepted before.' };
  if (single) runs.sendMessages([ticket]);
  else runs.sendCampaign(ticket);
  if (told.length > 0) {
    runs.retryCallbacks();
    await announce(db.pool, told);
  }
  const costMicros = totalCost(taken) ?? 0;
  const segments = taken.reduce((sum, each) => sum + each.segments, 0);
  return { ticket, taken, failed, costMicros, segments, left: left === null || asked.simulation ? left : left - costMicros };
}

const isShort = (left: number | null, { costMicros }: PlannedMessage): boolean =>
  left !== null && (left <= 0 || left < (costMicros ?? 0));

const requestOf = ({ route, text, sender, withReplies, sendAt, purpose, optimise, fill, recipients }: ForeignSend) => ({
  route,
  text,
  sender,
  withReplies,
  allowUnreachable: false,
  sendAt,
  purpose,
  optimise,
  template: { variables: [], render: (values: Record<string, string>) => ({ text: fill(text, values) }) },
  recipients: recipients.map(({ phone, values }) => ({ ...values, to: withCountry(phone) })),
});

type Stored = {
  ticket: string;
  account: CallingAccount;
  asked: ForeignSend;
  plan: PlannedPage;
  /** The message, unless it is a campaign. */
  single: PlannedMessage | null;
  failed: ForeignAccepted['failed'];
};

/** Returns the accounts to announce; null where a send with this request id exists. */
async function store(client: PoolClient, sent: Stored): Promise<string[] | null> {
  const { account, asked, single } = sent;
  if (asked.requestId !== null && !(await takeRequestId(client, account.id, asked.requestId))) return null;
  const heard = await hearsForeign(client, account.id);
  if (single) await storeSingle(client, sent, { message: single, heard });
  else await storeMany(client, sent);
  if (!heard) return [];
  if (!single) await holdCampaign(client, sent.ticket, HELD_SECONDS);
  return tell(client, sent);
}

async function storeSingle(
  client: PoolClient,
  { ticket, account, asked, plan }: Stored,
  { message, heard }: { message: PlannedMessage; heard: boolean },
): Promise<void> {
  const { sendAt, simulation, requestId: reference } = asked;
  const twoWay = account.twoWay === 'on';
  const { carrierId } = plan;
  const basis = { accountId: account.id, campaignId: null, conversationId: null, carrierId, twoWay, simulation };
  await insertMessage(client, basis, { ...message, id: ticket, row: null, reference });
  // A campaign's message learns its quiet hours when claimed; here they are known.
  const held = heard ? new Date(Date.now() + HELD_SECONDS * 1000) : null;
  const from = latest(sendAt, held, plan.quiet.until);
  if (from) await affected(client, 'update messages set send_at = $2, not_before = $3 where id = $1', [ticket, sendAt, from]);
}

async function storeMany(client: PoolClient, { ticket, account, asked, plan }: Stored): Promise<void> {
  const { name, route, purpose, text, withReplies, optimise, sendAt, requestId, simulation } = asked;
  const { carrierId, wireSender, messages, segments, costMicros } = plan;
  const said = { name, route, purpose, text, withReplies, optimise, sendAt, requestId, simulation, sender: asked.senderGiven };
  const sums = { carrierId, wireSender, total: messages.length, segments, costMicros };
  const state = asked.onWord === true ? 'paused' : 'launched';
  const fixed = { allowUnreachable: false, keyword: null, createdAt: new Date() };
  const campaign = { id: ticket, accountId: account.id, state, ...said, ...sums, ...fixed } as const;
  await storeCampaign(client, campaign, account.twoWay === 'on', messages);
}

/** Last: the positions it draws stay locked until the commit. */
async function tell(client: PoolClient, { ticket, account, asked, single, failed }: Stored): Promise<string[]> {
  if (failed.length === 0 || asked.simulation) return [];
  const campaign = single ? null : { id: ticket, name: asked.name };
  return tellRefused(client, failed, { accountId: account.id, ticket, campaign, holdSeconds: HELD_SECONDS });
}

const latest = (...times: (Date | null)[]): Date | null =>
  times.reduce((last, time) => (last !== null && (time === null || time < last) ? last : time), null);

/** Marketing to France without a STOP mention, where the policy refuses that. */
const lacksStop = ({ policies }: PlanRules, { purpose, text }: ForeignSend, messages: readonly PlannedMessage[]): boolean =>
  policies.missingStop === 'refuse' &&
  purpose === 'marketing' &&
  !hasStopMention(text) &&
  messages.some(({ country }) => isFrench(country));

function failuresOf(faults: readonly Fault[], recipients: readonly ForeignRecipient[]): ForeignAccepted['failed'] {
  const found = new Map<number, ForeignAccepted['failed'][number]>();
  for (const { row = 0, code } of faults) {
    const recipient = recipients[row - 1];
    if (recipient && !found.has(row))
      found.set(row, { phone: recipient.phone, number: withCountry(recipient.phone), why: ROWS[code] ?? 'bad-number' });
  }
  return [...found.values()];
}

/** One common reason refuses the text; mixed ones refuse the list of numbers. */
function nobody(failed: ForeignAccepted['failed']): ForeignRefused {
  const [why, other] = new Set(failed.map((each) => each.why));
  const detail = 'None of the recipients can get this message.';
  if (why === undefined || other !== undefined || why === 'bad-number') return { refused: 'no-good-number', detail };
  return { refused: why, detail };
}
