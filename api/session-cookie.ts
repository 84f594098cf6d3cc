import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SESSION_DAYS } from './sign-in.ts';

const NAME = 'aller_retour';
const KEPT = { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: SESSION_DAYS * 86_400 } as const;

/** Over https the name binds the cookie to this very host; plain http is a machine of one's own. */
const secured = (c: Context): boolean =>
  new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';

/** The token of the caller's session. It is 256 random bits looked up by their hash: a signature would add nothing. */
export const sessionToken = (c: Context): string | undefined => (secured(c) ? getCookie(c, NAME, 'host') : getCookie(c, NAME));

export const setSession = (c: Context, token: string): void =>
  secured(c) ? setCookie(c, NAME, token, { ...KEPT, secure: true, prefix: 'host' }) : setCookie(c, NAME, token, KEPT);

export const endSession = (c: Context): void =>
  void (secured(c) ? deleteCookie(c, `__Host-${NAME}`, { path: '/', secure: true }) : deleteCookie(c, NAME, { path: '/' }));
