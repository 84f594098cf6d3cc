import { createHash, randomBytes } from 'node:crypto';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const field = (header: string, name: string): string => new RegExp(`(?:^|[ ,])${name}="?([^",]+)"?`).exec(header)?.[1] ?? '';

export type DigestGuard = {
  /** Whether this `Authorization` is right for the request. */
  admits(authorization: string | undefined, method: string, uri: string): boolean;
  /** A fresh `WWW-Authenticate`. */
  challenge(): string;
  /** Every nonce is stale from now on. */
  forget(): void;
};

/** The challenge of a device's web server: RFC 7616 with MD5, each nonce's counts rising. */
export function createDigestGuard({ username, password }: { username: string; password: string }): DigestGuard {
  const realm = 'DWG2000';
  const counts = new Map<string, number>();
  return {
    admits(authorization, method, uri) {
      if (!authorization?.startsWith('Digest ')) return false;
      const nonce = field(authorization, 'nonce');
      const nc = field(authorization, 'nc');
      const count = Number.parseInt(nc, 16);
      const last = counts.get(nonce);
      if (last === undefined || !(count > 0) || field(authorization, 'uri') !== uri) return false;
      const user = md5(`${username}:${realm}:${password}`);
      const expected = md5([user, nonce, nc, field(authorization, 'cnonce'), 'auth', md5(`${method}:${uri}`)].join(':'));
      if (field(authorization, 'username') !== username || field(authorization, 'response') !== expected) return false;
      counts.set(nonce, Math.max(last, count));
      return true;
    },
    challenge() {
      const nonce = randomBytes(16).toString('hex');
      counts.set(nonce, 0);
      return `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=MD5`;
    },
    forget: () => counts.clear(),
  };
}
