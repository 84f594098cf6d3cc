import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';

export type ClientAddress = (c: Context) => string;

/** Everyone who shares a /64 counts as one: a household has it, and who has it has 2^64 addresses. */
const V6_PREFIX_BYTES = 8;

const parse = (written: string): ipaddr.IPv4 | ipaddr.IPv6 | null => {
  const [bare = ''] = written.trim().split('%');
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
};

/**
 * Who asks, by network address: the peer of the socket; behind one of these proxies, the rightmost address of X-Forwarded-For
 * that is not a proxy of ours, since what stands left of it was written by whoever asks. IPv6 by its /64. Empty without a socket.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const cidrs = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  const isProxy = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    cidrs.some((cidr) => address.kind() === cidr[0].kind() && address.match(cidr));

  return (c) => {
    const hops = (c.req.header('x-forwarded-for') ?? '').split(',');
    let found = parse(peerOf(c));
    while (found && isProxy(found)) {
      const before = hops.pop();
      const next = before === undefined ? null : parse(before);
      if (next === null) break;
      found = next;
    }
    if (found === null) return '';
    return found.kind() === 'ipv4' ? found.toString() : `${ipaddr.fromByteArray(prefixOf(found)).toString()}/64`;
  };
}

const prefixOf = (address: ipaddr.IPv4 | ipaddr.IPv6): number[] =>
  address.toByteArray().map((byte, index) => (index < V6_PREFIX_BYTES ? byte : 0));

function peerOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? '';
  } catch {
    return '';
  }
}
