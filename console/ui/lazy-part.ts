import { lazy, type ReactNode } from 'react';
import { loadMoreWords } from '../i18n/dictionary.ts';
import { NotFetched } from './not-loaded.tsx';

/** Throws `NotFetched` for a missing file, which may mean a newer build. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new NotFetched(error);
  }
}

type Load<P> = () => Promise<(props: P) => ReactNode>;

/** Loads a component with the words beyond those of the chat. */
export const withWords =
  <P>(load: Load<P>): Load<P> =>
  async () => {
    const [part] = await Promise.all([load(), loadMoreWords()]);
    return part;
  };

/** A component loaded when it is first shown. */
export const lazyPart = <P>(load: Load<P>) => lazy(async () => ({ default: await fetched(load) }));
