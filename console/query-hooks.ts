import { useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { ask, Refusal, v1 } from './api.ts';
import { session } from './people/session.ts';

/** Null for a 404. */
export const orNone = <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not-found') return null;
    throw error;
  });

type Page = { items: unknown[]; nextCursor: string | null };
type ItemOf<P extends Page> = P['items'][number];
type Cursor = { cursor?: string };
/** `newest`: sort position and id of an item, in lists that begin with the newest. */
type Kept<P extends Page> = { everyMs?: number; newest?: (item: ItemOf<P>) => readonly [at: string, id: string] };

/** Joins a fresh first page with the older items known; null when there is a gap. */
function merged<P extends Page>(first: P, known: P, newest: NonNullable<Kept<P>['newest']>): P | null {
  const places = new Set(known.items.map((item) => newest(item).join(' ')));
  const last = first.items.at(-1);
  if (last === undefined || first.nextCursor === null || !first.items.some((item) => places.has(newest(item).join(' '))))
    return null;
  const end = newest(last).join(' ');
  const ids = new Set(first.items.map((item) => newest(item)[1]));
  const beyond = known.items.filter((item) => newest(item).join(' ') < end && !ids.has(newest(item)[1]));
  return beyond.length === 0 ? first : { ...first, items: [...first.items, ...beyond], nextCursor: known.nextCursor };
}

/** A list by cursor as far as it was loaded. With `newest` a refetch reads only the first page. */
export function usePages<P extends Page>(
  queryKey: QueryKey,
  read: (cursor: Cursor) => Promise<P>,
  { everyMs, newest }: Kept<P> = {},
) {
  const queries = useQueryClient();
  const found = useQuery({
    queryKey,
    queryFn: async () => {
      const known = queries.getQueryData<P>(queryKey);
      let all = await read({});
      if (!known) return all;
      if (newest) return merged(all, known, newest) ?? all;
      while (all.nextCursor !== null && all.items.length < known.items.length) {
        const next = await read({ cursor: all.nextCursor });
        all = { ...next, items: [...all.items, ...next.items] };
      }
      return all;
    },
    refetchInterval: everyMs ?? false,
  });
  const next = useMutation({
    mutationFn: async (cursor: string) => {
      const page = await read({ cursor });
      queries.setQueryData<P>(queryKey, (now) => {
        if (now?.nextCursor !== cursor) return now;
        const ids = new Set(newest ? now.items.map((item) => newest(item)[1]) : []);
        const fresh = newest ? page.items.filter((item) => !ids.has(newest(item)[1])) : page.items;
        return { ...now, items: [...now.items, ...fresh], nextCursor: page.nextCursor };
      });
    },
  });
  const cursor = found.data?.nextCursor ?? null;
  const items: ItemOf<P>[] | undefined = found.data?.items;
  return {
    data: found.data,
    items,
    more: cursor === null ? null : () => next.isPending || next.mutate(cursor),
    error: found.error ?? next.error,
    refetch: found.refetch,
    isPending: found.isPending,
  };
}

/** A complete list, in the shape of `usePages`. */
export function useAll<T>(queryKey: QueryKey, read: () => Promise<{ items: T[] }>) {
  const { data, error, refetch } = useQuery({ queryKey, queryFn: read });
  return { items: data?.items, more: null, error, refetch };
}
export type Pages<T> = { items: T[] | undefined; more: (() => unknown) | null; error: unknown; refetch: () => Promise<unknown> };

/** A mutation, after which queries that begin with `stale` are refetched. */
export function useAct<A = void, R = unknown>(act: (given: A) => Promise<R>, stale: QueryKey, done?: (result: R) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (result) => {
      done?.(result);
      await queries.invalidateQueries({ queryKey: stale });
    },
  });
}

export const useAccount = () => useQuery({ queryKey: ['account'], queryFn: () => ask(v1.account.$get()) });
export const useRole = () => useQuery(session).data?.user.role;
export const useOwner = (): boolean => useRole() === 'owner';
