import { useMutation, useQueryClient } from '@tanstack/react-query';
import { refusalOf, v1 } from '../api.ts';
import { forgetDevice } from './device.ts';
import { session } from './session.ts';

/** Signs out, and forgets what was shown. `left` comes first. */
export function useLeave(left: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await forgetDevice().catch(() => {});
      const response = await v1.session.$delete();
      if (response.status !== 204) throw await refusalOf(response);
      // An answer that is on its way would bring back who has left.
      await queries.cancelQueries();
    },
    onSuccess: () => {
      left();
      // Unfinished texts are for nobody else's eyes.
      sessionStorage.clear();
      queries.setQueryData(session.queryKey, null);
      // The next person's data is read again.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== session.queryKey[0] });
    },
  });
}
