import { Initial } from './0001-initial.ts';

/** In order. A migration that has landed is never edited. */
export const migrations = [{ name: '0001-initial', class: Initial }];
