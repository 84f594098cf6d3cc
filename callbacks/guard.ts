import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type GuardSettings = {
  allowHttp: boolean;
  ports: number[] | 'any';
  /** Networks that may be reached though they are private. The metadata addresses never may. */
  allowCidrs: string[];
  /** Every address of a host. */
  resolve?: (host: string) => Promise<string[]>;
};

export type Checked = { ok: true; url: URL; addresses: string[] } | { ok: false; reason: string; kind: 'blocked' | 'dns' };

export type Guard = {
  /** Whether an address that a customer names may be posted to, and at which addresses. `reason` is for the operator only. */
  check(url: string): Promise<Checked>;
  /** Whether one address may be connected to. */
  allows(address: string): boolean;
};

/** What a tenant reads for a blocked, a refusing and a silent address alike: our network is not to be felt out. */
export const BLOCKED_WORDING = 'The address could not be reached';

const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fe80::a9fe:a9fe',
].map((address) => ipaddr.parse(address).toNormalizedString());
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');

const resolveAll = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export function createGuard({ allowHttp, ports, allowCidrs, resolve = resolveAll }: GuardSettings): Guard {
  const allowed = allowCidrs.map((cidr) => ipaddr.parseCIDR(cidr));

  function allows(address: string): boolean {
    const [bare = ''] = address.split('%');
    if (!ipaddr.isValid(bare)) return false;
    const parsed = ipaddr.process(bare);
    if (METADATA.includes(parsed.toNormalizedString())) return false;
    if (allowed.some((cidr) => parsed.kind() === cidr[0].kind() && parsed.match(cidr))) return true;
    if (parsed.range() !== 'unicast') return false;
    return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_V6);
  }

  const blocked = (reason: string): Checked => ({ ok: false, reason, kind: 'blocked' });

  return {
    allows,
    async check(text) {
      if (!URL.canParse(text)) return blocked('it is no URL');
      const url = new URL(text);
      if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
        return blocked(`the scheme ${url.protocol} is not allowed`);
      if (url.username !== '' || url.password !== '') return blocked('it carries user information');
      if (url.hash !== '' || text.includes('#')) return blocked('it carries a fragment');
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
      if (ports !== 'any' && !ports.includes(port)) return blocked(`port ${port} is not allowed`);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (host === '') return blocked('it has no host');
      let addresses: string[];
      try {
        addresses = isIP(host) === 0 ? await resolve(host) : [host];
      } catch {
        return { ok: false, reason: 'the host has no address', kind: 'dns' };
      }
      if (addresses.length === 0) return { ok: false, reason: 'the host has no address', kind: 'dns' };
      const bad = addresses.find((address) => !allows(address));
      return bad === undefined ? { ok: true, url, addresses } : blocked(`it leads to ${bad}`);
    },
  };
}
