import { queryOptions } from '@tanstack/react-query';
import { refusalOf, v1 } from '../api.ts';

async function readSession() {
  // 204, not 401, which browsers log as an error.
  const response = await v1.session.$get({ query: { optional: 'true' } });
  if (response.status === 200) return response.json();
  if (response.status === 204) return null;
  throw await refusalOf(response);
}

/** The signed-in person, or null. */
export const session = queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: 60_000 });

export type SignedIn = NonNullable<Awaited<ReturnType<typeof readSession>>>;
