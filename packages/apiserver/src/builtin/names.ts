/*
 * What names and values must look like, each rule as the sentences that tell what is wrong (none: fine). Rules and
 * wording: apimachinery util/validation, api/validate/content, api/validation (generic.go) and api/validation/path.
 */

/** Tells what is wrong with a name. `prefix`: something will be appended to it (generateName). */
export type NameRule = (name: string, prefix: boolean) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_PATTERN = new RegExp(`^${LABEL}$`);
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}$`);
const DNS_1035_PATTERN = new RegExp(`^${DNS_1035}$`);
const WILDCARD_PATTERN = new RegExp(`^\\*\\.${SUBDOMAIN}$`);
const KEY_PATTERN = new RegExp(`^${KEY}$`);
const LABEL_VALUE_PATTERN = new RegExp(`^(${KEY})?$`);
const KEY_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** `RULE (e.g. 'a',  or 'b', regex used for validation is '...')`: the sentence of a failed pattern. */
export function patternError(rule: string, pattern: string, ...examples: readonly string[]): string {
  // Two spaces before "or": as upstream prints it.
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return examples.length === 0
    ? `${rule} (regex used for validation is '${pattern}')`
    : `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** An RFC 1123 label: lower case letters, digits and hyphens, at most 63. */
export function dnsLabelErrors(value: string): string[] {
  const errors = bytes(value) > 63 ? ['must be no more than 63 characters'] : [];
  if (LABEL_PATTERN.test(value)) return errors;
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [
    ...errors,
    SUBDOMAIN_PATTERN.test(value) ? 'must not contain dots' : patternError(rule, LABEL, 'my-name', '123-abc'),
  ];
}

/** An RFC 1123 subdomain: labels joined by dots, at most 253. `unit` differs between callers upstream. */
export function dnsSubdomainErrors(value: string, unit: 'bytes' | 'characters' = 'characters'): string[] {
  const errors = bytes(value) > 253 ? [`must be no more than 253 ${unit}`] : [];
  if (SUBDOMAIN_PATTERN.test(value)) return errors;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...errors, patternError(rule, SUBDOMAIN, 'example.com')];
}

/** A DNS 1035 label: as an RFC 1123 label, but it starts with a letter. */
export function dns1035LabelErrors(value: string): string[] {
  const errors = bytes(value) > 63 ? ['must be no more than 63 characters'] : [];
  if (DNS_1035_PATTERN.test(value)) return errors;
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...errors, patternError(rule, DNS_1035, 'my-name', 'abc-123')];
}

/** `*.` and a subdomain. */
export function wildcardSubdomainErrors(value: string): string[] {
  const errors = bytes(value) > 253 ? ['must be no more than 253 characters'] : [];
  if (WILDCARD_PATTERN.test(value)) return errors;
  const rule =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...errors, patternError(rule, `\\*\\.${SUBDOMAIN}`, '*.example.com')];
}

/** The key of a label, an annotation or a finalizer: a name with an optional `domain/` before it. */
export function qualifiedNameErrors(value: string): string[] {
  const parts = value.split('/');
  const failed = patternError(KEY_RULE, KEY, 'MyName', 'my.name', '123-abc');
  if (parts.length > 2) {
    return [`a valid label key ${failed} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  const name = parts[parts.length - 1] ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...dnsSubdomainErrors(prefix, 'bytes').map((error) => `prefix part ${error}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (bytes(name) > 63) errors.push('name part must be no more than 63 bytes');
  if (!KEY_PATTERN.test(name)) errors.push(`name part ${failed}`);
  return errors;
}

/** The value of a label. */
export function labelValueErrors(value: string): string[] {
  const errors = bytes(value) > 63 ? ['must be no more than 63 bytes'] : [];
  if (LABEL_VALUE_PATTERN.test(value)) return errors;
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...errors, patternError(rule, `(${KEY})?`, 'MyValue', 'my_value', '12345')];
}

/** A key of a ConfigMap or Secret. */
export function configMapKeyErrors(value: string): string[] {
  const errors = bytes(value) > 253 ? ['must be no more than 253 characters'] : [];
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    errors.push(patternError(rule, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** An environment variable's name, as servers accept it since 1.34: printable ASCII without `=`. */
export function envVarNameErrors(value: string): string[] {
  const errors = value === '' ? ['environment variable name must be non-empty'] : [];
  if (!/^[ -<>-~]*$/.test(value)) {
    errors.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  }
  return errors;
}

/** The name of a port (IANA service name): at most 15 lower case letters, digits and single hyphens. */
export function portNameErrors(value: string): string[] {
  const errors = bytes(value) > 15 ? ['must be no more than 15 characters'] : [];
  if (!/^[-a-z0-9]+$/.test(value)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** A port number. */
export function portNumberErrors(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [rangeError(1, 65535)];
}

/** The sentence of a number out of bounds. */
export function rangeError(minimum: number, maximum: number): string {
  return `must be between ${minimum} and ${maximum}, inclusive`;
}

// Upstream replaces the last two characters by one; kept, since a name of the form "x-" differs otherwise.
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** Names that are DNS subdomains: those of most types. */
export const subdomainName: NameRule = (name, prefix) => dnsSubdomainErrors(prefix ? maskTrailingDash(name) : name);

/** Names that are DNS labels: those of Namespaces. */
export const labelName: NameRule = (name, prefix) => dnsLabelErrors(prefix ? maskTrailingDash(name) : name);

/** Names that are DNS 1035 labels: those of Services. */
export const dns1035Name: NameRule = (name, prefix) => dns1035LabelErrors(prefix ? maskTrailingDash(name) : name);

/** Names that only have to fit into a path: those of RBAC types. */
export const pathSegmentName: NameRule = (name, prefix) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};
