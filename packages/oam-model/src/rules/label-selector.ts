/** What one term of a label selector asks of labels. */
type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

/** A prefix that is a DNS name, a slash, and a name of at most 63 characters. */
const KEY = '(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const VALUE = '(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?';

const EQUALITY = new RegExp(`^(${KEY})\\s*(==?|!=)\\s*(${VALUE})$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

/**
 * A label selector in Kubernetes' notation (`a=b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, joined by commas) as
 * a test of labels; undefined when it is not one, or empty.
 */
export function parseLabelSelector(selector: string): Requirement | undefined {
  const requirements = terms(selector).map(requirement);
  const known = requirements.filter((each) => each !== undefined);
  if (known.length < requirements.length) return undefined;
  return (labels) => known.every((matches) => matches(labels));
}

/** Commas inside of brackets do not separate terms. */
function terms(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).map((term) => term.trim());
}

function requirement(term: string): Requirement | undefined {
  const equality = EQUALITY.exec(term);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return operator === '!=' ? (labels) => labelOf(labels, key) !== value : (labels) => labelOf(labels, key) === value;
  }
  const set = SET.exec(term);
  if (set) return setRequirement(set[1] ?? '', set[2] === 'in', set[3] ?? '');
  const existence = EXISTENCE.exec(term);
  if (!existence) return undefined;
  const [, not, key = ''] = existence;
  return (labels) => (labelOf(labels, key) !== undefined) === (not === '');
}

function setRequirement(key: string, isIn: boolean, list: string): Requirement | undefined {
  const values = list.split(',').map((value) => value.trim());
  if (!values.every((value) => new RegExp(`^${VALUE}$`).test(value))) return undefined;
  return (labels) => {
    const value = labelOf(labels, key);
    // As in Kubernetes, an absent label is in no set.
    return value === undefined ? !isIn : values.includes(value) === isIn;
  };
}

function labelOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** True for the key of a label. */
export function isLabelKey(text: string): boolean {
  return new RegExp(`^${KEY}$`).test(text);
}

/** True for the value of a label. */
export function isLabelValue(text: string): boolean {
  return new RegExp(`^${VALUE}$`).test(text);
}
