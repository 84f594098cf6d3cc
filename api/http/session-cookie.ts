import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { newId } from '../../database/ids.ts';
import type { Secrets } from '../../database/secrets.ts';

const NAME = 'aller_retour';
const KEPT = { path: '/', httpOnly: true, sameSite: 'Lax' } as const;

/** Plain http only on one's own machine. */
const secured = (c: Context): boolean =>
  new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';

/** 256 random bits looked up by their hash; a signature would add nothing. */
export const sessionToken = (c: Context): string | undefined => kept(c, NAME);
export const kept = (c: Context, name: string): string | undefined =>
  secured(c) ? getCookie(c, name, 'host') : getCookie(c, name);

/** Over https the `__Host-` name binds the cookie to this host. */
export function keep(c: Context, name: string, value: string, maxAge: number): void {
  setCookie(c, name, value, secured(c) ? { ...KEPT, maxAge, secure: true, prefix: 'host' } : { ...KEPT, maxAge });
}

export const setSession = (c: Context, token: string, hours: number): void => keep(c, NAME, token, hours * 3600);

export const endSession = (c: Context): void => drop(c, NAME);
export const drop = (c: Context, name: string): void =>
  void (secured(c) ? deleteCookie(c, `__Host-${name}`, { path: '/', secure: true }) : deleteCookie(c, name, { path: '/' }));

const DEVICE = 'aller_retour_device';
const DEVICE_S = 365 * 86_400;
const DeviceCookie = z.object({ device: z.string(), email: z.string() });

/** The device id, if this user signed in from it before; else null. */
export function knownDevice(c: Context, secrets: Secrets, email: string): string | null {
  const cookie = kept(c, DEVICE);
  if (cookie === undefined) return null;
  try {
    const known = DeviceCookie.parse(JSON.parse(secrets.open(Buffer.from(cookie, 'base64url'))));
    return known.email === email ? known.device : null;
  } catch {
    return null;
  }
}

/** The cookie grants no access: it gives the device its own count of tries. */
export function rememberDevice(c: Context, secrets: Secrets, email: string): void {
  const device = knownDevice(c, secrets, email) ?? newId();
  keep(c, DEVICE, secrets.seal(JSON.stringify({ device, email })).toString('base64url'), DEVICE_S);
}
