import { fault, said } from '../problems/said.ts';
import type { Policies } from './policies.ts';
import type { Refusal } from './sender-policy.ts';
import type { Warning } from '../problems/warning.ts';

type Asked = { route: 'premium' | 'lowcost'; purpose: string; french: number; policy: Policies['lowcostMarketing'] };

/** The refusal of marketing to France from SIM cards: 06 and 07 numbers may not carry it. Null where nothing does. */
export function lowcostMarketing({ route, purpose, french, policy }: Asked): { warning: Warning } | { refused: Refusal } | null {
  if (route !== 'lowcost' || purpose !== 'marketing' || french === 0 || policy === 'off') return null;
  if (policy === 'warn') return { warning: { code: 'lowcost-marketing', ...said('warn.lowcost-marketing', { n: french }) } };
  return { refused: { code: 'lowcost-marketing', faults: [fault('route', 'lowcost-marketing', { n: french })] } };
}
