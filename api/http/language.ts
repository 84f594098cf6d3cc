import type { Context } from 'hono';
import { languageOf } from '../../domain/problems/language.ts';
import type { Language } from '../../domain/problems/said.ts';
import type { CallingAccount } from '../services.ts';

/** The language asked for, else by Accept-Language, else the account's. */
export function readerLanguage(c: Context, asked?: Language): Language {
  const account: CallingAccount | undefined = c.get('account');
  return asked ?? languageOf(c.req.header('accept-language')) ?? account?.locale ?? 'en';
}

/** The same, set as Content-Language. */
export function speak(c: Context, asked?: Language): Language {
  const language = readerLanguage(c, asked);
  c.header('Content-Language', language);
  c.header('Vary', 'Accept-Language', { append: true });
  return language;
}
