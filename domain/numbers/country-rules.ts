import { said } from '../problems/said.ts';
import type { Warning } from '../problems/warning.ts';
import { isBrand, type Origin, type SenderPlan, type SenderRequest } from '../sending/sender-policy.ts';

/** Whether a country's recipients can reply to a route. */
export type CanReply = 'yes' | 'no' | 'unknown';

/** By country, for one route. */
export type CountryAnswers = Readonly<Record<string, CanReply>>;

export const canReplyIn = (answers: CountryAnswers, country: string): CanReply => answers[country] ?? 'unknown';

/**
 * Where recipients can't reply to the route, a campaign that asks for replies has nobody to answer: `pick` then returns null, or
 * sends without a reply code if allowed. Numbers rented in that country solve it, so sends from one are left alone, like sends
 * without replies.
 */
export function applyCountryRules(plan: SenderPlan, request: SenderRequest, answers: CountryAnswers): SenderPlan {
  if (isRented(request) || !(request.withReplies || plan.answerBy === 'new-message')) return plan;
  return {
    ...plan,
    pick(country, index, busy) {
      const origin = plan.pick(country, index, busy);
      if (origin === null || origin.replyCode === null || canReplyIn(answers, country) !== 'no') return origin;
      return withoutReplies(origin, plan, request);
    },
  };
}

const isRented = ({ sender }: Pick<SenderRequest, 'sender'>): boolean => sender?.startsWith('+') === true;

/** Under the given sender ID or from the SIM; null where the text needs a code. */
function withoutReplies(origin: Origin, plan: SenderPlan, { allowUnreachable, route, sender }: SenderRequest): Origin | null {
  if (!allowUnreachable || plan.answerBy === 'new-message') return null;
  if (route === 'lowcost') return origin;
  return isBrand(sender) ? { ...origin, sender, replyCode: null } : null;
}

/** A campaign's recipients in one country. */
export type CountryReach = {
  country: string;
  recipients: number;
  /** Known to be able to reply. */
  canReply: number;
  answer: CanReply;
  /** The first few numbers they reply to. */
  codes: string[];
};
const MOST_CODES = 5;

export function createReach(answers: CountryAnswers, request: Pick<SenderRequest, 'sender'>) {
  const rented = isRented(request);
  const byCountry = new Map<string, CountryReach>();
  return {
    add(country: string, origin: Origin | null): void {
      let reach = byCountry.get(country);
      if (!reach) {
        reach = { country, recipients: 0, canReply: 0, answer: canReplyIn(answers, country), codes: [] };
        byCountry.set(country, reach);
      }
      reach.recipients += 1;
      const code = origin?.replyCode;
      if (code === null || code === undefined || (reach.answer === 'no' && !rented)) return;
      if (reach.codes.length < MOST_CODES && !reach.codes.includes(code)) reach.codes.push(code);
      reach.canReply += 1;
    },
    result: (): CountryReach[] => [...byCountry.values()].toSorted((a, b) => b.recipients - a.recipients),
  };
}

export function countryWarnings(reach: CountryReach[], asksForReplies: boolean): Warning[] {
  if (!asksForReplies) return [];
  const unknown = reach.filter(({ answer, canReply }) => answer === 'unknown' && canReply > 0);
  const silent = reach.filter(({ canReply, recipients }) => canReply < recipients);
  const name = (list: CountryReach[]) => list.map(({ country, recipients }) => `${country} (${recipients})`);
  const warn = (code: 'country-unknown' | 'country-no-reply', list: CountryReach[]): Warning[] =>
    list.length === 0 ? [] : [{ code, ...said(`warn.${code}`, { countries: name(list) }) }];
  return [...warn('country-unknown', unknown), ...warn('country-no-reply', silent)];
}
