import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { forgetDevice } from './device.ts';
import { session } from './session.ts';

/** Signs out and clears all cached data. `left` runs first. */
export function useLeave(left: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await forgetDevice().catch(() => {});
      await ask(v1.session.$delete());
      // A late response would restore the session.
      await queries.cancelQueries();
    },
    onSuccess: () => {
      left();
      // Drafts are private.
      sessionStorage.clear();
      queries.setQueryData(session.queryKey, null);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== session.queryKey[0] });
    },
  });
}
