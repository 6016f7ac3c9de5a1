import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { StatusCause } from '../../model/api-error.ts';
import { invalid } from '../../model/field-error.ts';

/* IP addresses. Upstream: apimachinery util/validation/ip.go and ValidateEndpointIP in core/validation/validation.go. */

const IP_RULE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** Whether a text is an IP address. */
export function isIp(value: string): boolean {
  return isIPv4(value) || isIPv6(value);
}

/** A field that holds an address. */
export function ipAddress(value: string, path: string): StatusCause[] {
  return isIp(value) ? [] : [invalid(path, value, IP_RULE)];
}

/** A field that holds a network with its length, such as 10.0.0.0/8. */
export function cidr(value: string, path: string): StatusCause[] {
  const [address = '', length = '', ...rest] = value.split('/');
  const most = isIPv4(address) ? 32 : 128;
  const fits = /^\d{1,3}$/.test(length) && Number(length) <= most;
  if (isIp(address) && fits && rest.length === 0) return [];
  return [invalid(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
}

const SPECIAL: readonly (readonly [name: string, list: BlockList])[] = [
  ['may not be unspecified (0.0.0.0 or ::)', addresses('0.0.0.0', '::')],
  ['may not be in the loopback range (127.0.0.0/8, ::1/128)', subnets(['127.0.0.0', 8], ['::1', 128])],
  ['may not be in the link-local range (169.254.0.0/16, fe80::/10)', subnets(['169.254.0.0', 16], ['fe80::', 10])],
  [
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    subnets(['224.0.0.0', 24], ['ff02::', 16]),
  ],
];

function addresses(...ips: readonly string[]): BlockList {
  return subnets(...ips.map((ip): [string, number] => [ip, isIPv4(ip) ? 32 : 128]));
}

function subnets(...ranges: readonly [string, number][]): BlockList {
  const list = new BlockList();
  for (const [ip, length] of ranges) list.addSubnet(ip, length, isIPv4(ip) ? 'ipv4' : 'ipv6');
  return list;
}

/** An address that something can be reached at: not one of a special range. */
export function reachableIp(value: string, path: string): StatusCause[] {
  const bad = ipAddress(value, path);
  if (bad.length > 0) return bad;
  const family = isIPv4(value) ? 'ipv4' : 'ipv6';
  return SPECIAL.filter(([, list]) => list.check(value, family)).map(([detail]) => invalid(path, value, detail));
}
