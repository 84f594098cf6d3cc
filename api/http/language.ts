import type { Context } from 'hono';
import { languageOf } from '../../domain/problems/problems-en.ts';
import type { AccountEnv } from '../services.ts';

/** The language that is asked for, else the one that the reader's program likes best, else the account's. */
export function readerLanguage(c: Context<AccountEnv>, asked: 'fr' | 'en' | undefined): 'fr' | 'en' {
  const liked = c.req.header('accept-language');
  return asked ?? (liked === undefined ? c.get('account').locale : languageOf(liked));
}
