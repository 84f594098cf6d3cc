import { carriersFor, type RouteRule } from '../carriers/routing.ts';
import { planSender, type Origin, type Refusal, type Rules, type SenderPlan, type SenderRequest } from './sender-policy.ts';

/** The routing rules of a route, with their carriers' facts and states. */
export type Routing = { rules: RouteRule[]; carriers: (NonNullable<Rules['carrier']> & { up: boolean })[] };

/**
 * Plans each recipient by the routing table, or by the route's first carrier without one. Skips carriers without a reply number
 * for a recipient.
 */
export function planRouted(
  request: SenderRequest,
  rules: Rules & { routing?: Routing },
  turn: number,
): SenderPlan | { refused: Refusal } {
  const { routing } = rules;
  if (!routing || routing.rules.length === 0) return planSender(request, rules, turn);
  const up = new Set(routing.carriers.filter((carrier) => carrier.up).map(({ id }) => id));
  const isUp = (id: string): boolean => up.has(id);
  const plans = new Map<string, SenderPlan>();
  const orderFor = (country: string, at: number): string[] =>
    carriersFor(routing.rules, { accountId: rules.account.id, country, turn: at }, isUp);
  const home = orderFor(rules.account.country, turn);
  let refused: Refusal | undefined;
  for (const id of new Set([...home, ...routing.carriers.map((carrier) => carrier.id)])) {
    const carrier = routing.carriers.find((each) => each.id === id);
    if (!carrier) continue;
    const plan = planSender(request, { ...rules, carrier }, turn);
    if ('refused' in plan) refused ??= plan.refused;
    else plans.set(id, plan);
  }
  const [first] = [...home, ...plans.keys()].flatMap((id) => plans.get(id) ?? []);
  if (!first) return refused ? { refused } : planSender(request, { ...rules, carrier: null }, turn);
  return {
    ...first,
    reaches: (country) => [...plans.values()].some((plan) => plan.reaches?.(country) !== false),
    pick(country, index, busy): Origin | null {
      for (const id of orderFor(country, turn + index)) {
        const plan = plans.get(id);
        const origin = plan?.reaches?.(country) === false ? null : plan?.pick(country, index, busy);
        if (origin) return origin;
      }
      return null;
    },
  };
}
