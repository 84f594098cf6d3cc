import { segmentPrice } from '../domain/campaigns/cost.ts';
import { isLandline } from '../domain/landline.ts';
import { createReach } from '../domain/numbers/country-rules.ts';
import { flaw, type Fault } from '../domain/problems/said.ts';
import type { SenderPlan } from '../domain/sending/sender-policy.ts';
import { createBreath } from './breath.ts';
import type { PlanRules } from './load-rules.ts';
import type { CampaignRequest, PlannedMessage } from './plan.ts';
import { renderText, type Faults, type Recipient, type Template } from './plan-rows.ts';
import type { planStops } from './stop-mentions.ts';
import { awaitedBy, cannotReply, codeCountries, noStopNumber } from './warnings.ts';

export type Unreachable = Fault & { row: number; country: string };
export type Entry = { row: number; phone: string; country: string; recipient: Recipient };

type Writing = {
  request: CampaignRequest;
  rules: PlanRules;
  template: Template;
  sender: SenderPlan;
  stops: ReturnType<typeof planStops>;
  taken: Awaited<ReturnType<PlanRules['codesInUse']>>;
  prices: Awaited<ReturnType<PlanRules['prices']>>;
  faults: Faults;
  unreachable: Unreachable[];
};

/** Writes each recipient's message in order; rows without one go to faults or unreachable. */
export async function writeMessages(entries: readonly Entry[], writing: Writing) {
  const { request, rules, template, sender, stops, taken, prices, faults, unreachable } = writing;
  const messages: PlannedMessage[] = [];
  const ofCodes = codeCountries(request, rules);
  const reach = createReach(rules.countries, request);
  const wireSenders = new Set<string>();
  let [segments, landlines] = [0, 0];
  const breathe = createBreath();
  for (const entry of entries) {
    const { row, phone, country, recipient } = entry;
    await breathe();
    const busy = taken.get(phone);
    const origin = sender.pick(country, messages.length, busy);
    const code = origin && stops.codeFor(origin, country, busy);
    const words = stops.wordsFor(country, code);
    const rendered = renderText(template, entry, { code, optimise: request.optimise, stop: words }, faults);
    if (sender.reaches?.(country) === false) {
      faults.add(row, 'to', flaw('not-reached', { country }));
      continue;
    }
    reach.add(country, origin);
    if (!origin) unreachable.push({ ...cannotReply(country, ofCodes.has(country)), row, country });
    else if (code === null && request.text.includes('XXXXX')) unreachable.push({ ...noStopNumber(country), row, country });
    if (!rendered || !origin) continue;
    wireSenders.add(origin.sender);
    if (rules.policies.landlines === 'warn' && isLandline(phone)) landlines++;
    stops.note(rendered.stop);
    segments += rendered.segments;
    const { ambiguous, ambiguousOwn } = awaitedBy(busy, origin.replyCode);
    const { reference } = recipient;
    const price = segmentPrice(prices, country);
    const costMicros = price === null ? null : price * rendered.segments;
    const { text, encoding } = rendered;
    const written = { text, segments: rendered.segments, encoding, replyCode: stops.replyCodeOf(origin, text) };
    messages.push({
      ...origin,
      ...written,
      row: messages.length + 1,
      to: phone,
      country,
      reference,
      ambiguous,
      ambiguousOwn,
      costMicros,
    });
  }
  return { messages, segments, landlines, wireSenders, reach: reach.result() };
}
