import { createHash, randomBytes } from 'node:crypto';

export type Challenge = { scheme: 'basic' } | ({ scheme: 'digest' } & DigestChallenge);
type DigestChallenge = {
  realm: string;
  nonce: string;
  opaque: string | null;
  qop: 'auth' | null;
  algorithm: 'MD5' | 'SHA-256';
};
export type Credentials = { username: string; password: string };

const PARAMETER = /([a-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi;

/** Reads `WWW-Authenticate` (RFC 7617, RFC 7616). Null for an unknown scheme, algorithm or qop. */
export function parseChallenge(header: string): Challenge | null {
  if (/^\s*basic\b/i.test(header)) return { scheme: 'basic' };
  if (!/^\s*digest\b/i.test(header)) return null;
  const given = parametersOf(header);
  const realm = given.get('realm');
  const nonce = given.get('nonce');
  const algorithm = (given.get('algorithm') ?? 'MD5').toUpperCase();
  if (realm === undefined || nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return null;
  const qops = given.get('qop')?.split(/[\s,]+/);
  if (qops && !qops.includes('auth')) return null;
  return { scheme: 'digest', realm, nonce, opaque: given.get('opaque') ?? null, qop: qops ? 'auth' : null, algorithm };
}

const parametersOf = (header: string): Map<string, string> =>
  new Map([...header.matchAll(PARAMETER)].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']));

/** The `Authorization` header of one request. `count`: uses of this challenge, this one included. */
export function authorize(
  challenge: Challenge,
  { username, password }: Credentials,
  request: { method: string; uri: string },
  count: number,
): string {
  if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const { realm, nonce, opaque, qop, algorithm } = challenge;
  const hash = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const user = hash(`${username}:${realm}:${password}`);
  const what = hash(`${request.method}:${request.uri}`);
  const nc = count.toString(16).padStart(8, '0');
  const cnonce = randomBytes(8).toString('hex');
  const response = hash([user, nonce, ...(qop ? [nc, cnonce, qop] : []), what].join(':'));
  const fields = [
    `username="${username.replaceAll(/["\\]/g, '\\$&')}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(opaque === null ? [] : [`opaque="${opaque}"`]),
    ...(qop ? [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}
