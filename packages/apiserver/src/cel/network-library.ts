import { isIPv4, isIPv6 } from 'node:net';
import type { CelEnvironment } from './engine.ts';
import type { Equatable } from './equality.ts';

/* Addresses: apiserver pkg/cel/library/ip.go and cidr.go. */

class Ip implements Equatable {
  readonly bits: bigint;
  readonly family: 4 | 6;

  constructor(bits: bigint, family: 4 | 6) {
    this.bits = bits;
    this.family = family;
  }

  equals(other: unknown): boolean {
    return other instanceof Ip && other.family === this.family && other.bits === this.bits;
  }
}

class Cidr implements Equatable {
  readonly ip: Ip;
  readonly length: number;

  constructor(ip: Ip, length: number) {
    this.ip = ip;
    this.length = length;
  }

  equals(other: unknown): boolean {
    return other instanceof Cidr && other.length === this.length && other.ip.equals(this.ip);
  }
}

const width = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** An address as text; IPv4 in IPv6 and zones are refused. */
function parseIp(text: string): Ip | undefined {
  if (isIPv4(text))
    return new Ip(
      text.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n),
      4,
    );
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const groups = groupsOf(text);
  const bits = groups.reduce((all, group) => all * 65536n + BigInt(group), 0n);
  return bits >> 32n === 0xffffn ? undefined : new Ip(bits, 6);
}

function groupsOf(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = dotted
    ? `${dotted[1]}${(Number(dotted[2]) * 256 + Number(dotted[3])).toString(16)}:${(Number(dotted[4]) * 256 + Number(dotted[5])).toString(16)}`
    : text;
  const [head = '', tail] = plain.split('::');
  const numbers = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [first, last] = [numbers(head), numbers(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function ipText(ip: Ip): string {
  if (ip.family === 4) return [24n, 16n, 8n, 0n].map((shift) => (ip.bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((ip.bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const zeros = longestZeros(groups);
  if (!zeros) return groups.join(':');
  return `${groups.slice(0, zeros.start).join(':')}::${groups.slice(zeros.start + zeros.length).join(':')}`;
}

/** The first of the longest runs of zeros, of two at least. */
function longestZeros(groups: readonly string[]): { start: number; length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > 1 && length > (best?.length ?? 0)) best = { start, length };
  }
  return best;
}

function ip(text: string): Ip {
  const found = parseIp(text);
  if (!found) throw new RangeError(`IP Address "${text}" parse error during conversion from string`);
  return found;
}

function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = parseIp(match?.[1] ?? '');
  const length = Number(match?.[2]);
  return address && length <= width(address.family) ? new Cidr(address, length) : undefined;
}

function cidr(text: string): Cidr {
  const found = parseCidr(text);
  if (!found) throw new RangeError('network address parse error during conversion from string');
  return found;
}

function masked(value: Cidr): Cidr {
  const shift = BigInt(width(value.ip.family) - value.length);
  return new Cidr(new Ip((value.ip.bits >> shift) << shift, value.ip.family), value.length);
}

function containsIp(value: Cidr, address: Ip): boolean {
  const shift = BigInt(width(value.ip.family) - value.length);
  return value.ip.family === address.family && value.ip.bits >> shift === address.bits >> shift;
}

function inRange(address: Ip, v4: string, v6: string): boolean {
  return containsIp(cidr(address.family === 4 ? v4 : v6), address);
}

const isLoopback = (address: Ip): boolean => inRange(address, '127.0.0.0/8', '::1/128');
const isMulticast = (address: Ip): boolean => inRange(address, '224.0.0.0/4', 'ff00::/8');
const isLinkLocalUnicast = (address: Ip): boolean => inRange(address, '169.254.0.0/16', 'fe80::/10');

function isLinkLocalMulticast(address: Ip): boolean {
  if (address.family === 4) return containsIp(cidr('224.0.0.0/24'), address);
  return address.bits >> 120n === 0xffn && ((address.bits >> 112n) & 0xfn) === 2n;
}

function isGlobalUnicast(address: Ip): boolean {
  const broadcast = address.family === 4 && address.bits === 0xffffffffn;
  return (
    !broadcast && address.bits !== 0n && !isLoopback(address) && !isMulticast(address) && !isLinkLocalUnicast(address)
  );
}

class IpNamespace {}

/** Adds ip, isIP, cidr, isCIDR and their methods. */
export function registerNetwork(environment: CelEnvironment): void {
  const on = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as (...args: unknown[]) => unknown);
  };
  environment.registerType('net.IP', { ctor: Ip, fields: {} });
  environment.registerType('net.CIDR', { ctor: Cidr, fields: {} });
  environment.registerOperator('net.IP == net.IP', (a: Ip, b: Ip) => a.equals(b));
  environment.registerOperator('net.CIDR == net.CIDR', (a: Cidr, b: Cidr) => a.equals(b));
  on('ip(string): net.IP', ip);
  on('isIP(string): bool', (text: string) => parseIp(text) !== undefined);
  on('string(net.IP): string', ipText);
  environment.registerType('IpNamespace', IpNamespace);
  environment.registerConstant('ip', 'IpNamespace', new IpNamespace());
  on('IpNamespace.isCanonical(string): bool', (_: unknown, text: string) => ipText(ip(text)) === text);
  on('net.IP.family(): int', (address: Ip) => BigInt(address.family));
  on('net.IP.isUnspecified(): bool', (address: Ip) => address.bits === 0n);
  on('net.IP.isLoopback(): bool', isLoopback);
  on('net.IP.isLinkLocalMulticast(): bool', isLinkLocalMulticast);
  on('net.IP.isLinkLocalUnicast(): bool', isLinkLocalUnicast);
  on('net.IP.isGlobalUnicast(): bool', isGlobalUnicast);
  on('cidr(string): net.CIDR', cidr);
  on('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined);
  on('string(net.CIDR): string', (value: Cidr) => `${ipText(value.ip)}/${value.length}`);
  on('net.CIDR.containsIP(string): bool', (value: Cidr, text: string) => containsIp(value, ip(text)));
  on('net.CIDR.containsIP(net.IP): bool', containsIp);
  on('net.CIDR.containsCIDR(string): bool', (value: Cidr, text: string) => containsCidr(value, cidr(text)));
  on('net.CIDR.containsCIDR(net.CIDR): bool', containsCidr);
  on('net.CIDR.ip(): net.IP', (value: Cidr) => value.ip);
  on('net.CIDR.masked(): net.CIDR', masked);
  on('net.CIDR.prefixLength(): int', (value: Cidr) => BigInt(value.length));
}

function containsCidr(value: Cidr, other: Cidr): boolean {
  return value.length <= other.length && containsIp(value, other.ip);
}
