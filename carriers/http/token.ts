import { z } from 'zod';
import { readJson } from './answer.ts';
import { openCaller, type Called } from './call.ts';
import type { HttpSettings } from './settings.ts';

const Token = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().default(3600) });
/** Renewed this long before it ends. */
const EARLY_MS = 30_000;

/** OAuth token by client credentials (RFC 6749 § 4.4), requested when first needed and before it ends. */
export function createToken({ tokenUrl, tokenScope, username = '', password = '', timeoutMs }: HttpSettings) {
  let asked: Promise<string | Called> | null = null;
  let endsAt = 0;

  async function ask(url: string): Promise<string | Called> {
    const caller = openCaller(1, timeoutMs);
    const fields = { grant_type: 'client_credentials', ...(tokenScope === undefined ? {} : { scope: tokenScope }) };
    const called = await caller.call({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      body: new URLSearchParams(fields).toString(),
    });
    await caller.close();
    const read = Token.safeParse(called.kind === 'answer' ? readJson(called.text) : null);
    // A login refused here is refused for calls too.
    if (!read.success)
      return called.kind === 'answer' && called.status < 500
        ? { ...called, status: 401 }
        : { kind: 'unsent', reason: 'no-token' };
    endsAt = performance.now() + read.data.expires_in * 1000 - EARLY_MS;
    return read.data.access_token;
  }

  return {
    async get(): Promise<string | Called | undefined> {
      if (tokenUrl === undefined) return undefined;
      if (performance.now() >= endsAt) asked = null;
      asked ??= ask(tokenUrl);
      endsAt = Math.max(endsAt, performance.now() + 1000);
      return asked;
    },
    /** True if a new token can be requested. */
    forget(): boolean {
      asked = null;
      return tokenUrl !== undefined;
    },
  };
}
