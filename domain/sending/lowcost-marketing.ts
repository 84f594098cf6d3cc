import { fault, said } from '../problems/said.ts';
import type { Policies } from './policies.ts';
import type { Refusal } from './sender-policy.ts';
import type { Warning } from '../problems/warning.ts';

type Asked = { route: 'premium' | 'lowcost'; purpose: string; french: number; policy: Policies['lowcostMarketing'] };

/** Refuses or warns of marketing to France from SIM cards, which 06 and 07 numbers may not carry; null otherwise. */
export function lowcostMarketing({ route, purpose, french, policy }: Asked): { warning: Warning } | { refused: Refusal } | null {
  if (route !== 'lowcost' || purpose !== 'marketing' || french === 0 || policy === 'off') return null;
  if (policy === 'warn') return { warning: { code: 'lowcost-marketing', ...said('warn.lowcost-marketing', { n: french }) } };
  return { refused: { code: 'lowcost-marketing', faults: [fault('route', 'lowcost-marketing', { n: french })] } };
}
