import { createHmac, timingSafeEqual } from 'node:crypto';
import { openInstallationKey } from '../installation-key.ts';
import type { Secrets } from '../secrets.ts';
import type { Sql } from '../sql.ts';
import { DAY_MS } from '../../domain/durations.ts';

export type TokenKind = 'confirm' | 'unsubscribe' | 'answer' | 'bounce' | 'notice-bounce';
export type MailTokens = Awaited<ReturnType<typeof openMailTokens>>;

const MAC_OCTETS = 12;

/** A token: 16 octets of id, 2 of the last valid day (0: no end), 12 of MAC over kind and both. */
export async function openMailTokens(sql: Sql, secrets: Secrets, now: () => number = Date.now) {
  const key = await openInstallationKey(sql, secrets, 'mail-tokens');
  const sign = (kind: TokenKind, content: Buffer): Buffer =>
    createHmac('sha256', key).update(`${kind}:`).update(content).digest().subarray(0, MAC_OCTETS);
  const today = (): number => Math.floor(now() / DAY_MS);
  return {
    /** Signed, valid for `days`, null for ever. 60 characters, case-insensitive: fits an address. */
    write(kind: TokenKind, id: string, days: number | null): string {
      const content = Buffer.alloc(18);
      content.write(id.replaceAll('-', ''), 'hex');
      content.writeUInt16BE(days === null ? 0 : today() + days, 16);
      return Buffer.concat([content, sign(kind, content)]).toString('hex');
    },
    /** Id and expiry; null for a foreign signature. */
    read(kind: TokenKind, token: string): { id: string; expired: boolean } | null {
      if (!/^[0-9a-f]{60}$/i.test(token)) return null;
      const octets = Buffer.from(token, 'hex');
      const content = octets.subarray(0, 18);
      if (!timingSafeEqual(octets.subarray(18), sign(kind, content))) return null;
      const lastDay = content.readUInt16BE(16);
      const id = content.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      return { id, expired: lastDay !== 0 && today() > lastDay };
    },
  };
}
