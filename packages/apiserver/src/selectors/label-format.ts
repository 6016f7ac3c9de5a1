const KEY_FORMAT = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const KEY = new RegExp(`^${KEY_FORMAT}$`);
const VALUE_FORMAT = `(${KEY_FORMAT})?`;
const VALUE = new RegExp(`^${VALUE_FORMAT}$`);
const SUBDOMAIN_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const SUBDOMAIN = new RegExp(`^${SUBDOMAIN_FORMAT}$`);
const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

const KEY_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_EXAMPLES = `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${KEY_FORMAT}')`;
const VALUE_PROBLEM = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${VALUE_FORMAT}')`;
const SUBDOMAIN_PROBLEM = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN_FORMAT}')`;

/** What is wrong with a label's key, worded as apimachinery api/validate/content IsLabelKey; empty if nothing. */
export function labelKeyProblems(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${KEY_RULE} ${KEY_EXAMPLES} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [name = '', prefix] = parts.toReversed();
  const inName: string[] = [];
  if (name === '') inName.push('must be non-empty');
  else if (byteLength(name) > MAX_LABEL) inName.push(tooLong(MAX_LABEL));
  if (!KEY.test(name)) inName.push(`${KEY_RULE} ${KEY_EXAMPLES}`);
  const inPrefix = prefix === undefined ? [] : prefixProblems(prefix);
  return [...inPrefix.map((problem) => `prefix part ${problem}`), ...inName.map((problem) => `name part ${problem}`)];
}

/** What is wrong with a label's value (apimachinery api/validate/content IsLabelValue); empty if nothing. */
export function labelValueProblems(value: string): string[] {
  const problems = byteLength(value) > MAX_LABEL ? [tooLong(MAX_LABEL)] : [];
  if (!VALUE.test(value)) problems.push(VALUE_PROBLEM);
  return problems;
}

function prefixProblems(prefix: string): string[] {
  if (prefix === '') return ['must be non-empty'];
  const problems = byteLength(prefix) > MAX_SUBDOMAIN ? [tooLong(MAX_SUBDOMAIN)] : [];
  if (!SUBDOMAIN.test(prefix)) problems.push(SUBDOMAIN_PROBLEM);
  return problems;
}

function tooLong(maximum: number): string {
  return `must be no more than ${maximum} bytes`;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
