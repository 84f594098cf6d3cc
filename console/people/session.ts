import { queryOptions } from '@tanstack/react-query';
import { refusalOf, v1 } from '../api.ts';

async function readSession() {
  // 204 without a session: a browser writes each 401 to its console.
  const response = await v1.session.$get({ query: { optional: 'true' } });
  if (response.status === 200) return response.json();
  if (response.status === 204) return null;
  throw await refusalOf(response);
}

/** Who is signed in; null for nobody. */
export const session = queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: 60_000 });

export type SignedIn = NonNullable<Awaited<ReturnType<typeof readSession>>>;
