import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { newId } from '../../database/ids.ts';
import type { Secrets } from '../../database/secrets.ts';

/** How long a session lasts, and its cookie with it. */
export const SESSION_DAYS = 30;

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

const DEVICE = 'aller_retour_device';
const DEVICE_DAYS = 365;
const DEVICE_KEPT = { ...KEPT, maxAge: DEVICE_DAYS * 86_400 };
const DeviceCookie = z.object({ device: z.string(), email: z.string() });

/** The device that asks, when this user signed in from it before; null for any other, and for a cookie that is not ours. */
export function knownDevice(c: Context, secrets: Secrets, email: string): string | null {
  const cookie = secured(c) ? getCookie(c, DEVICE, 'host') : getCookie(c, DEVICE);
  if (cookie === undefined) return null;
  try {
    const known = DeviceCookie.parse(JSON.parse(secrets.open(Buffer.from(cookie, 'base64url'))));
    return known.email === email ? known.device : null;
  } catch {
    return null;
  }
}

/** Remembers that this user signed in from here. The cookie opens nothing: it gives the device tries of its own. */
export function rememberDevice(c: Context, secrets: Secrets, email: string): void {
  const device = knownDevice(c, secrets, email) ?? newId();
  const cookie = secrets.seal(JSON.stringify({ device, email })).toString('base64url');
  if (secured(c)) setCookie(c, DEVICE, cookie, { ...DEVICE_KEPT, secure: true, prefix: 'host' });
  else setCookie(c, DEVICE, cookie, DEVICE_KEPT);
}
