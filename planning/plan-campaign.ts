import { createHash } from 'node:crypto';
import { totalCost } from '../domain/campaigns/cost.ts';
import { countryWarnings, applyCountryRules } from '../domain/numbers/country-rules.ts';
import { AppError, invalidRequest } from '../domain/problems/errors.ts';
import { fault, flaw, said, type Fault } from '../domain/problems/said.ts';
import { isFrench } from '../domain/france.ts';
import { lowcostMarketing } from '../domain/sending/lowcost-marketing.ts';
import { normalisePhone } from '../domain/phone-number.ts';
import { asksForReplies, placeholderSlip, type Refusal, type SenderPlan } from '../domain/sending/sender-policy.ts';
import { quietEffect, quietWarning } from '../domain/sending/quiet-effect.ts';
import { brandsUsed, judgeSenders } from '../domain/sending/sender-rules.ts';
import { spendWarning } from '../domain/sending/spend-limit.ts';
import { textFault } from '../domain/sms/text-fault.ts';
import { compileSmsTemplate } from '../templates/sms.ts';
import { createFaults, isRecord, readRecipient, type Faults, type Template } from './plan-rows.ts';
import { ambiguity, codeCountries, noReplyCode, overridden, toLandlines, unpriced, withoutStop } from './warnings.ts';
import { isLandline } from '../domain/landline.ts';
import { createBreath } from './breath.ts';
import { planStops } from './stop-mentions.ts';
import type { Warning } from '../domain/problems/warning.ts';
import { NO_STOPS, type CampaignPlan, type CampaignRequest, type PlannedMessage } from './plan.ts';
import { writeMessages, type Entry, type Unreachable } from './write-messages.ts';
import type { PlanRules } from './load-rules.ts';
import { planRouted } from '../domain/sending/routed-sender.ts';

function compile(text: string): Template | Refusal {
  const wrong = textFault(text);
  if (wrong) return { code: 'invalid-request', faults: [{ field: 'text', ...wrong }] };
  try {
    return compileSmsTemplate(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, faults: error.faults };
  }
}

/** A tag without any value is the text's fault, not each row's. */
function unknownTags(
  template: Template,
  recipients: readonly unknown[],
  code: 'tag-in-no-recipient' | 'tag-in-no-column' = 'tag-in-no-recipient',
): Fault[] {
  const known = (tag: string) => recipients.some((recipient) => isRecord(recipient) && Object.hasOwn(recipient, tag));
  return template.variables.filter((tag) => !known(tag)).map((tag) => fault('text', code, { tag: `{{${tag}}}`, name: tag }));
}

export function tagsWithoutColumn(text: string, columns: string[]): Fault[] {
  const template = compile(text);
  return 'code' in template
    ? template.faults
    : unknownTags(template, [Object.fromEntries(columns.map((name) => [name, '']))], 'tag-in-no-column');
}

/** Starting point in the code pool: spread over campaigns, equal for a preview and its campaign. */
const turnOf = ({ text }: CampaignRequest, { account }: PlanRules): number =>
  createHash('sha256').update(`${account.id} ${text}`).digest().readUIntBE(0, 3);

/** The plan of a refused text. */
const NOTHING: CampaignPlan = {
  carrierId: '',
  answerBy: 'none',
  wireSender: null,
  messages: [],
  segments: 0,
  duplicatesRemoved: 0,
  reach: [],
  costMicros: null,
  quiet: { policy: 'off', held: 0, until: null, clearAt: null, notes: [] },
  stops: NO_STOPS,
  landlines: 0,
  warnings: [],
  refusals: [],
};

/**
 * Plans a campaign before anything is stored: sender, texts, segments, reply codes, cost, and every refusal. Yields between rows.
 */
export async function evaluateCampaign(request: CampaignRequest, rules: PlanRules): Promise<CampaignPlan> {
  const template = compile(request.text);
  if ('code' in template) return { ...NOTHING, refusals: [template] };
  const tags = unknownTags(template, request.recipients);
  // Unknown tags stand for themselves, to check the rest too.
  const unknown = template.variables.filter((tag) => tags.some(({ facts }) => facts?.['name'] === tag));
  const filled = Object.fromEntries(unknown.map((tag) => [tag, `{{${tag}}}`]));
  const recipients =
    tags.length === 0 ? request.recipients : request.recipients.map((each) => (isRecord(each) ? { ...filled, ...each } : each));
  const { faults, unreachable, ...found } = await planRows({ ...request, recipients }, rules, template, 1);
  const silent = Map.groupBy(unreachable, ({ country }) => country);
  const refusals: Refusal[] = [
    ...(tags.length > 0 ? [{ code: 'invalid-request' as const, faults: tags }] : []),
    ...('refused' in found ? [found.refused] : []),
    ...(faults.rows.size > 0 ? [faults.refusal()] : []),
    ...(unreachable.length > 0 ? [noReplyCode(silent, codeCountries(request, rules))] : []),
  ];
  return { ...('refused' in found ? NOTHING : found), refusals };
}

/** The plan, or the first refusal, with every bad row. */
export async function planCampaign(request: CampaignRequest, rules: PlanRules): Promise<CampaignPlan | { refused: Refusal }> {
  const outlook = await evaluateCampaign(request, rules);
  const [refused] = outlook.refusals;
  return refused ? { refused } : outlook;
}

/** A refusal for a single recipient, given in `field`. */
export function ofOne({ code: why, said, faults }: Refusal, field: string): AppError {
  const own = faults.map(({ field: of, code, facts }) => ({
    field: of === 'recipients' ? field : of,
    code,
    ...(facts ? { facts } : {}),
  }));
  return why === 'invalid-rows' ? invalidRequest(...own) : new AppError(why, said, own);
}

/** Plan of one page; `first`: list row of its first. */
export type PlannedPage = Omit<CampaignPlan, 'refusals'> & {
  /** Of its rows, and of unreachable recipients. */
  faults: Fault[];
  rowFaults: Fault[];
  faultRows: number;
  unreachable: Unreachable[];
};

/** Plans a page of a long list. A refusal concerns the campaign; bad rows are only listed. */
export async function planPage(
  request: CampaignRequest,
  rules: PlanRules,
  first: number,
): Promise<PlannedPage | { refused: Refusal }> {
  const template = request.template ?? compile(request.text);
  if ('code' in template) return { refused: template };
  const found = await planRows(request, rules, template, first);
  if ('refused' in found) return { refused: found.refused };
  const { faults, unreachable, ...planned } = found;
  const silent = unreachable.map(({ field, row, code, facts }) => ({ field, row, code, ...(facts ? { facts } : {}) }));
  return {
    ...planned,
    faults: [...faults.listed, ...silent],
    rowFaults: faults.listed,
    faultRows: faults.rows.size,
    unreachable,
  };
}

type Rows = Omit<CampaignPlan, 'refusals'> & { faults: Faults; unreachable: Unreachable[] };
type Refused = { refused: Refusal; faults: Faults; unreachable: Unreachable[] };

/** Reads all rows, queries codes in use once, then writes the messages. `first`: place of the first row. */
async function planRows(request: CampaignRequest, rules: PlanRules, template: Template, first: number): Promise<Rows | Refused> {
  const faults = createFaults();
  const unreachable: Unreachable[] = [];
  const turn = turnOf(request, rules) + first - 1;
  const decided = planRouted(request, rules, turn);
  if ('refused' in decided) return { ...decided, faults, unreachable };
  const sender: SenderPlan = applyCountryRules(decided, request, rules.countries);
  const { entries, duplicatesRemoved } = await readEntries(request.recipients, rules, first, faults);
  const slip = placeholderSlip(request.text);
  const asks = asksForReplies(request);
  if (slip && (asks || slip.found.startsWith('XXXXX')))
    return { refused: { code: 'invalid-request', faults: [fault('text', 'placeholder-slip', slip)] }, faults, unreachable };
  const lowcost = lowcostMarketing({
    ...request,
    french: entries.filter(({ country }) => isFrench(country)).length,
    policy: rules.policies.lowcostMarketing,
  });
  if (lowcost && 'refused' in lowcost) return { ...lowcost, faults, unreachable };
  const stops = planStops(request, rules, turn);
  const phones = entries.map(({ phone }) => phone);
  const at = request.sendAt ?? new Date();
  const named = sender.answerBy !== 'none' || entries.some(({ country }) => stops.wants(country));
  const taken = named ? await rules.codesInUse(phones, at) : new Map();
  const [prices, room] = await Promise.all([rules.prices(at), rules.room(at)]);

  const writing = { request, rules, template, sender, stops, taken, prices, faults, unreachable };
  const { messages, segments, landlines, reach, wireSenders } = await writeMessages(entries, writing);
  const senders = judgeSenders(brandsUsed(messages), rules.policies, rules.brands);
  if (senders.refused) return { refused: senders.refused, faults, unreachable };
  const quiet = quietEffect(
    messages.map(({ to }) => to),
    at,
    { ...rules.policies, purpose: request.purpose },
  );
  const costMicros = totalCost(messages);
  return {
    carrierId: sender.carrierId,
    answerBy: sender.answerBy,
    wireSender: wireSenders.size === 1 ? ([...wireSenders][0] ?? null) : null,
    messages,
    segments,
    duplicatesRemoved,
    reach,
    costMicros,
    quiet,
    stops: stops.result(),
    landlines,
    warnings: [
      ...countryWarnings(reach, request.withReplies || sender.answerBy === 'new-message'),
      ...ambiguity(messages),
      ...(lowcost ? [lowcost.warning] : []),
      ...withoutStop(stops.result()),
      ...toLandlines(landlines),
      ...senders.warnings,
      ...quietWarning(quiet),
      ...costWarnings(messages, costMicros, room),
      ...overridden(request, wireSenders),
      ...slipWarning(slip),
    ],
    faults,
    unreachable,
  };
}

const costWarnings = (
  messages: PlannedMessage[],
  costMicros: number | null,
  room: Parameters<typeof spendWarning>[1],
): Warning[] => [...(costMicros === null ? [] : unpriced(messages)), ...spendWarning(costMicros, room)];

const slipWarning = (slip: ReturnType<typeof placeholderSlip>): Warning[] =>
  slip ? [{ code: 'placeholder-slip', ...said('warn.placeholder-slip', slip) }] : [];

/** Readable recipients, one per number. */
async function readEntries(
  recipients: readonly unknown[],
  { account, policies, listedBefore }: PlanRules,
  first: number,
  faults: Faults,
) {
  const seen = new Set<string>();
  const entries: Entry[] = [];
  let duplicatesRemoved = 0;
  const breathe = createBreath();
  for (const [index, value] of recipients.entries()) {
    await breathe();
    const row = first + index;
    const recipient = readRecipient(value, row, faults);
    if (!recipient) continue;
    const phone = normalisePhone(recipient.to, account.country);
    if ('code' in phone) faults.add(row, 'to', phone);
    else if (policies.landlines === 'refuse' && isLandline(phone.e164)) faults.add(row, 'to', flaw('landline'));
    else if (seen.has(phone.e164)) duplicatesRemoved += 1;
    else {
      seen.add(phone.e164);
      entries.push({ row, phone: phone.e164, country: phone.country, recipient });
    }
  }
  const before = await listedBefore?.(entries.map(({ phone }) => phone));
  if (!before) return { entries, duplicatesRemoved };
  const fresh = entries.filter(({ phone }) => !before.has(phone));
  return { entries: fresh, duplicatesRemoved: duplicatesRemoved + entries.length - fresh.length };
}
