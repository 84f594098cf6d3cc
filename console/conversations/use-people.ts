import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { session } from '../people/session.ts';

/** The reader, and who else may look after a conversation, as far as the reader may know: by e-mail address. */
export function usePeople(known: (string | null)[]): { me: string; others: string[] } {
  const { data: who } = useQuery(session);
  const me = who?.user.email ?? '';
  // An agent takes a conversation, or leaves it; who the others are is for owners.
  const users = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()), enabled: who?.user.role === 'owner' });
  const people = users.data?.items.filter(({ role }) => role !== 'viewer').map(({ email }) => email) ?? [];
  const others = new Set([...people, ...known.flatMap((email) => email ?? [])]);
  others.delete(me);
  return { me, others: [...others] };
}
