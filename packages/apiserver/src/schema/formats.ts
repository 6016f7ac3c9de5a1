import { isIPv6 } from 'node:net';
import { parseRequestUri } from '../model/go-url.ts';

/** A string format that is checked. */
export interface Format {
  /** As in the schema. */
  readonly name: string;
  matches(text: string): boolean;
}

/**
 * The formats that a server of version 1.35 checks (apiextensions-apiserver pkg/apiserver/validation/formats.go with
 * kube-openapi pkg/validation/strfmt), by their names without dashes. All others are ignored.
 */
const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: (text) => /^[0-9a-fA-F]{24}$/.test(text),
  uri: (text) => parseRequestUri(text) !== undefined,
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  cidr: isCidr,
  mac: isMac,
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid3: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid4: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  uuid5: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  hexcolor: (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  rgbcolor: isRgbColor,
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  k8sshortname: (text) => text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text),
  k8slongname: isLongName,
};

/** The format of this name, or undefined where it is not checked. */
export function formatOf(name: string | undefined): Format | undefined {
  if (name === undefined || name === '') return undefined;
  const matches = Object.hasOwn(CHECKS, name.replaceAll('-', '')) ? CHECKS[name.replaceAll('-', '')] : undefined;
  return matches && { name, matches };
}

/** Leading zeros are allowed, and IPv6 that ends in an IPv4 address counts. */
function isIpv4(text: string): boolean {
  if (text.includes(':')) return text.includes('.') && isIPv6(text);
  return /^\d{1,9}(\.\d{1,9}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

function isEmail(text: string): boolean {
  const address = /^(?:[^<>]*<([^<>]+)>|(\S+))$/.exec(text.trim());
  const plain = address?.[1] ?? address?.[2] ?? '';
  const at = plain.lastIndexOf('@');
  const atom = /^[\w!#$%&'*+/=?^`{|}~\u0080-\uffff-]+(\.[\w!#$%&'*+/=?^`{|}~\u0080-\uffff-]+)*$/;
  const quoted = /^"(?:[^"\\]|\\.)+"$/;
  const local = plain.slice(0, Math.max(at, 0));
  const domain = plain.slice(at + 1);
  return at > 0 && (atom.test(local) || quoted.test(local)) && (atom.test(domain) || /^\[[^[\]]+\]$/.test(domain));
}

function isHostname(text: string): boolean {
  // The alternatives of the original bind weaker than its anchors, hence the open ends.
  const single = /^[a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)/u;
  const bytes = Buffer.byteLength(text);
  return (
    single.test(text) &&
    isHostnameForm(text) &&
    bytes <= 255 &&
    text.split('.').every((part) => Buffer.byteLength(part) <= 63)
  );
}

function isHostnameForm(text: string): boolean {
  if (/^[a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)$/u.test(text)) return true;
  const labels = text.split('.');
  const last = labels.pop() ?? '';
  const label = /^[a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)$/u;
  return labels.length > 0 && labels.every((part) => label.test(part)) && /^[a-zA-Z\p{L}]{2,63}$/u.test(last);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  if (address.includes(':')) return isIPv6(address) && !address.includes('%') && Number(bits) <= 128;
  return isIpv4(address) && Number(bits) <= 32;
}

function isMac(text: string): boolean {
  for (const octets of [6, 8, 20]) {
    if (new RegExp(`^[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(?:\\1[0-9a-fA-F]{2}){${octets - 2}}$`).test(text)) return true;
    if (new RegExp(`^[0-9a-fA-F]{4}(?:\\.[0-9a-fA-F]{4}){${octets / 2 - 1}}$`).test(text)) return true;
  }
  return false;
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, at) => total + (at + 1) * (digit === 'X' ? 10 : Number(digit)), 0);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^[0-9]{13}$/.test(digits)) return false;
  const sum = [...digits.slice(0, 12)].reduce((total, digit, at) => total + (at % 2 === 0 ? 1 : 3) * Number(digit), 0);
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}

const CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!CARD.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return total + (value >= 10 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const part = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
  return new RegExp(`^rgb\\(\\s*${part}\\s*,\\s*${part}\\s*,\\s*${part}\\s*\\)$`).test(text);
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isDateTime(text: string): boolean {
  if (text.length < 4) return false;
  const [date = '', time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date)) return false;
  const parts = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time);
  return parts !== null && (parts[1] ?? '') <= '23' && (parts[2] ?? '') <= '59' && (parts[3] ?? '') <= '59';
}

const GO_DURATION = /^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;
const UNITS = ['ns', 'nano', 'us', 'µs', 'micro', 'ms', 'milli', 's', 'sec', 'm', 'min', 'h', 'hr', 'hour', 'd', 'day'];
const PREFIXES = ['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'];

/** As time.ParseDuration, or Scala's words: `22 ns`, `3 hours`. */
function isDuration(text: string): boolean {
  if (GO_DURATION.test(text)) return true;
  return [...text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)].some(([, , word = '']) => {
    const unit = word.toLowerCase();
    return UNITS.includes(unit) || ['w', 'wk'].includes(unit) || PREFIXES.some((prefix) => unit.startsWith(prefix));
  });
}

function isLongName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}
