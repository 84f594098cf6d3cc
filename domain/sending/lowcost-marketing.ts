import type { Policies } from './policies.ts';
import type { Refusal } from './sender-policy.ts';
import type { Warning } from '../problems/warning.ts';

type Asked = { route: 'premium' | 'lowcost'; purpose: string; french: number; policy: Policies['lowcostMarketing'] };

/** What stands against marketing to France from SIM cards: 06 and 07 numbers may not carry it. Null where nothing does. */
export function lowcostMarketing({ route, purpose, french, policy }: Asked): { warning: Warning } | { refused: Refusal } | null {
  if (route !== 'lowcost' || purpose !== 'marketing' || french === 0 || policy === 'off') return null;
  if (policy === 'warn')
    return {
      warning: {
        code: 'lowcost-marketing',
        detail: `${french} recipients in France would get marketing from a mobile number, which the numbering plan does not allow for it. Send it by the premium route.`,
      },
    };
  const faults = [
    {
      field: 'route',
      problem: `${french} recipients in France would get marketing from a mobile number`,
      remedy: 'Send it by the premium route, leave them out, or change the policy lowcostMarketing',
    },
  ];
  return { refused: { code: 'lowcost-marketing', detail: 'Marketing to France does not go by the lowcost route.', faults } };
}
