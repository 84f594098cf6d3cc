import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { Refusal } from './api.ts';
import { session } from './people/session.ts';

/** Null for what is not there. */
export const orNone = <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not-found') return null;
    throw error;
  });

/** A list by cursor, as far as it was asked for. */
export function usePages<T>(
  queryKey: QueryKey,
  read: (cursor: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
  everyMs?: number,
) {
  const first: string | null = null;
  const found = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }: { pageParam: string | null }) => read(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: first,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: everyMs ?? false,
  });
  const items = found.data?.pages.flatMap((page) => page.items);
  return { ...found, items, more: found.hasNextPage ? () => void found.fetchNextPage() : null };
}

/** A list that comes whole, in the shape of one by cursor. */
export function useAll<T>(queryKey: QueryKey, read: () => Promise<{ items: T[] }>) {
  const { data, error, refetch } = useQuery({ queryKey, queryFn: read });
  return { items: data?.items, more: null, error, refetch };
}
export type Pages<T> = Pick<ReturnType<typeof usePages<T>>, 'items' | 'more' | 'error'> & { refetch: () => Promise<unknown> };

/** Something that is done, after which whatever begins with `stale` is asked for anew. */
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

/** Whether the person may change what belongs to the account. */
export function useOwner(): boolean {
  return useQuery(session).data?.user.role === 'owner';
}
