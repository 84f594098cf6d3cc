import { queryOptions } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';

/** `optional`: 204 without a session, not 401, which browsers log as an error. */
const readSession = () => ask(v1.session.$get({ query: { optional: 'true' } }));

/** The signed-in person, or null. */
export const session = queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: 60_000 });

export type SignedIn = NonNullable<Awaited<ReturnType<typeof readSession>>>;
