import { queryOptions } from '@tanstack/react-query';
import { ask, v1 } from '../../api.ts';

/** Counts of the chat's views, and the person's saved views. The chat's list brings them; other pages request them. */
export const inboxCounts = queryOptions({
  queryKey: ['inbox-counts'],
  queryFn: async () => {
    const { counts, views } = await ask(v1.conversations.$get({ query: { limit: '1', counts: 'true' } }));
    return { counts, views };
  },
});
