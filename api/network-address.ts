import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/** The network address that asks; none where there is no socket. */
export function addressOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? '';
  } catch {
    return '';
  }
}
