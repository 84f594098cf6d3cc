import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

export type AddressRules = {
  /** Private networks to allow; metadata addresses stay blocked. */
  allowCidrs: string[];
  denyCidrs?: string[];
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

/** Addresses of clouds' credentials and hosts. Never allowed. */
const METADATA = [
  '169.254.169.0/24',
  '169.254.170.0/24',
  '169.254.0.23/32',
  '169.254.42.42/32',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::/64',
  'fd00:42::42/128',
  'fd20:ce::254/128',
  'fe80::a9fe:a9fe/128',
].map((cidr) => ipaddr.parseCIDR(cidr));
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address may be connected to: global unicast, no metadata service, not this machine. An IPv4 address inside an IPv6
 * one is checked too.
 */
export function createAddressCheck({ allowCidrs, denyCidrs = [] }: AddressRules): (address: string) => boolean {
  const allowed = allowCidrs.map(readCidr);
  const denied = denyCidrs.map(readCidr);

  function allows(parsed: Address): boolean {
    if (inAny(parsed, METADATA) || inAny(parsed, denied)) return false;
    const inner = innerAddress(parsed);
    if (inner && !allows(inner)) return false;
    if (inAny(parsed, allowed)) return true;
    if (parsed.range() !== 'unicast' || isOurs(parsed)) return false;
    return parsed.kind() === 'ipv4' || inAny(parsed, [GLOBAL_V6]);
  }

  return (address) => {
    const [bare = ''] = address.split('%');
    return isIP(bare) !== 0 && allows(ipaddr.process(bare));
  };
}

function readCidr(text: string): Cidr {
  if (!ipaddr.isValidCIDR(text)) throw new Error(`"${text}" is not a network such as 10.0.0.0/8 or fd00::/8`);
  return ipaddr.parseCIDR(text);
}

const inAny = (address: Address, cidrs: readonly Cidr[]): boolean =>
  cidrs.some((cidr) => address.kind() === cidr[0].kind() && address.match(cidr));

const isOurs = (address: Address): boolean =>
  Object.values(networkInterfaces()).some((list) =>
    list?.some((own) => own.address === address.toString() || own.address === address.toNormalizedString()),
  );

/** IPv4 address of a translated (64:ff9b::/96, ::ffff:0:0:0/96), compatible (::/96) or 6to4 address. */
function innerAddress(address: Address): ipaddr.IPv4 | null {
  if (!('parts' in address)) return null;
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0) && range === 'unicast';
  return range === 'rfc6052' || range === 'rfc6145' || compatible ? new ipaddr.IPv4(bytes.slice(12)) : null;
}
