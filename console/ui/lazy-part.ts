import { lazy, type ReactNode } from 'react';
import { NotFetched } from './not-loaded.tsx';

/** Throws `NotFetched` when the file is not there: the page then says so, and loads another build where there is one. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new NotFetched(error);
  }
}

/** A part of a page whose file is loaded when it is shown first. */
export const lazyPart = <P>(load: () => Promise<(props: P) => ReactNode>) => lazy(async () => ({ default: await fetched(load) }));
