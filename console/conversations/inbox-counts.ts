import { queryOptions } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';

/** How many conversations each view of the chat holds: its list brings them along, other pages ask for them alone. */
export const inboxCounts = queryOptions({
  queryKey: ['inbox-counts'],
  queryFn: async () => (await ask(v1.conversations.$get({ query: { limit: '1', counts: 'true' } }))).counts ?? null,
});
