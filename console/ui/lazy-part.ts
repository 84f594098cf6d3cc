import { lazy, type ReactNode } from 'react';
import { NotFetched } from './not-loaded.tsx';

/** Throws `NotFetched` for a missing file, which may mean a newer build. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new NotFetched(error);
  }
}

/** A component loaded when it is first shown. */
export const lazyPart = <P>(load: () => Promise<(props: P) => ReactNode>) => lazy(async () => ({ default: await fetched(load) }));
