import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses that share their first bits. */
export type Network = [Address, number];

/** What is no address gives null. An IPv4 address in IPv6 clothes is an IPv4 address; a port behind it is cut off. */
export function parseAddress(text: string): Address | null {
  const bare = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text);
  const address = bare?.[1] ?? bare?.[2] ?? text;
  return isIP(address) === 0 ? null : ipaddr.process(address);
}

/** An address or a CIDR such as `10.0.0.0/8`; null for what is neither. */
export function parseNetwork(text: string): Network | null {
  if (!text.includes('/')) {
    const address = parseAddress(text);
    return address && [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  return isIP(text.split('/')[0] ?? '') > 0 && ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : null;
}

export function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

/** What one subscriber has: an IPv4 address, or the /64 that an IPv6 address lies in. */
export function subscriberOf(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString();
  const parts = (address as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${parts.join(':')}::/64`;
}

/** The parts of a list that is separated by commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
