import { isIP } from 'node:net';
import { createAddressCheck, type AddressRules } from './addresses.ts';
import { createResolve, type Resolve } from './resolve.ts';

export type GuardSettings = AddressRules & {
  allowHttp: boolean;
  ports: number[] | 'any';
  resolve?: Resolve;
};

/** `host`: a name without trailing dot, or an address without brackets. */
export type Target = { url: URL; host: string; port: number };
type Refused = { ok: false; reason: string; kind: 'blocked' | 'dns' };
export type Checked = { ok: true; target: Target; addresses: string[] } | Refused;

export type Guard = {
  /** Checks a URL without DNS. `reason` is for the operator. */
  read(url: string): { ok: true; target: Target } | Refused;
  /** Whether a customer's URL may be posted to, with its addresses, all checked. */
  check(url: string): Promise<Checked>;
  allows(address: string): boolean;
};

const CONTROL = /\p{Cc}/u;

const MOST_ADDRESSES = 8;

const blocked = (reason: string): Refused => ({ ok: false, reason, kind: 'blocked' });

/** Throws on an unreadable network. */
export function createGuard({ allowHttp, ports, resolve = createResolve(), ...rules }: GuardSettings): Guard {
  const allows = createAddressCheck(rules);

  const read: Guard['read'] = (text) => {
    if (!URL.canParse(text)) return blocked('it is not a URL');
    // URL parsers drop characters that end a line elsewhere.
    if (CONTROL.test(text)) return blocked('it carries a line break or another control character');
    const url = new URL(text);
    if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
      return blocked(`the scheme ${url.protocol} is not allowed`);
    if (url.username !== '' || url.password !== '') return blocked('it carries user information');
    if (text.includes('#')) return blocked('it carries a fragment');
    const port = portOf(url);
    if (port === 0 || (ports !== 'any' && !ports.includes(port))) return blocked(`port ${port} is not allowed`);
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    if (isIP(host) === 0 && host.split('.').includes('')) return blocked('it has no host, or a host with an empty part');
    return { ok: true, target: { url, host, port } };
  };

  return {
    allows,
    read,
    async check(text) {
      const known = read(text);
      if (!known.ok) return known;
      const { target } = known;
      let addresses: string[];
      try {
        addresses = isIP(target.host) === 0 ? await resolve(target.host) : [target.host];
      } catch (error) {
        return { ok: false, reason: `the host has no address: ${messageOf(error)}`, kind: 'dns' };
      }
      if (addresses.length === 0) return { ok: false, reason: 'the host has no address', kind: 'dns' };
      const bad = addresses.find((address) => !allows(address));
      return bad === undefined
        ? { ok: true, target, addresses: addresses.slice(0, MOST_ADDRESSES) }
        : blocked(`it leads to ${bad}`);
    },
  };
}

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
