import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';

const LOOK_MS = 5000;

export const operatorStatus = queryOptions({
  queryKey: ['operator-status'],
  queryFn: () => ask(v1.operator.status.$get()),
  refetchInterval: LOOK_MS,
});

/** Counts of pending items, by page. */
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
