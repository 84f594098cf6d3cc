import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';

type Ip = ipaddr.IPv4 | ipaddr.IPv6;
export type ClientAddress = (c: Context) => string;

/** A /64 counts as one address: one household has all of it. */
const V6_PREFIX_BYTES = 8;

const parse = (written: string): Ip | null => {
  const [bare = ''] = written.trim().split('%');
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
};

/** A CIDR or an address. Null for anything else. */
export function readNetwork(written: string): [Ip, number] | null {
  if (ipaddr.isValidCIDR(written)) return ipaddr.parseCIDR(written);
  const ip = parse(written);
  return ip && [ip, ip.kind() === 'ipv4' ? 32 : 128];
}

const isWithin = (ip: Ip, networks: readonly [Ip, number][]): boolean =>
  networks.some((network) => ip.kind() === network[0].kind() && ip.match(network));

/** False without a socket. */
export function isFrom(ip: Ip | null, networks: readonly string[]): boolean {
  return (
    ip !== null &&
    isWithin(
      ip,
      networks.map(readNetwork).filter((network) => network !== null),
    )
  );
}

/** The client's address as text, IPv6 by its /64. Empty without a socket. */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const ipOf = createClientIp(trustedProxies);
  return (c) => {
    const found = ipOf(c);
    if (found === null) return '';
    return found.kind() === 'ipv4' ? found.toString() : `${ipaddr.fromByteArray(prefixOf(found)).toString()}/64`;
  };
}

/**
 * The client's address: the socket's peer or, behind trusted proxies, the rightmost X-Forwarded-For that is not a proxy; the
 * client may have written the ones left of it.
 */
export function createClientIp(trustedProxies: readonly string[]): (c: Context) => Ip | null {
  const cidrs = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));

  return (c) => {
    const hops = (c.req.header('x-forwarded-for') ?? '').split(',');
    let found = parse(peerOf(c));
    while (found && isWithin(found, cidrs)) {
      const before = hops.pop();
      const next = before === undefined ? null : parse(before);
      if (next === null) break;
      found = next;
    }
    return found;
  };
}

const prefixOf = (address: Ip): number[] => address.toByteArray().map((byte, index) => (index < V6_PREFIX_BYTES ? byte : 0));

function peerOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? '';
  } catch {
    return '';
  }
}
