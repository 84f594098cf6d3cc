import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { session } from '../people/session.ts';

/** E-mail addresses of the reader and of others a conversation can be assigned to. */
export function usePeople(known: (string | null)[]): { me: string; others: string[] } {
  const { data: who } = useQuery(session);
  const me = who?.user.email ?? '';
  // Only owners may list the team.
  const users = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()), enabled: who?.user.role === 'owner' });
  const people = users.data?.items.filter(({ role }) => role !== 'viewer').map(({ email }) => email) ?? [];
  const others = new Set([...people, ...known.flatMap((email) => email ?? [])]);
  others.delete(me);
  return { me, others: [...others] };
}
