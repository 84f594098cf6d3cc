import { queryOptions } from '@tanstack/react-query';
import { ask, v1 } from '../../api.ts';

/** How many conversations each view of the chat holds, and the views that the person saved: its list brings them along, other pages ask for them alone. */
export const inboxCounts = queryOptions({
  queryKey: ['inbox-counts'],
  queryFn: async () => {
    const { counts, views } = await ask(v1.conversations.$get({ query: { limit: '1', counts: 'true' } }));
    return { counts, views };
  },
});
