import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';

const LOOK_MS = 5000;

/** How the platform is, as often as somebody can read it. */
export const operatorStatus = queryOptions({
  queryKey: ['operator-status'],
  queryFn: () => ask(v1.operator.status.$get()),
  refetchInterval: LOOK_MS,
});

/** How many things wait for an operator, by the page where they are. */
export function useOperatorCounts(enabled = true): Record<string, number> {
  const { data } = useQuery({ ...operatorStatus, enabled });
  if (!data) return {};
  return {
    '/operator/alarms': data.alarms,
    '/operator/endpoints': data.callbacks.endpoints,
    '/operator/unattributed': data.unattributed,
    '/operator/requests': data.requests,
    '/operator/ledger': data.inDoubt,
  };
}
