import { CapstanError, EXIT } from '@capstan/base';
import { isRange, parseRange, type VersionRange } from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';

/** A question to discovery: a contract in a range, with features. */
export interface CapabilityQuery {
  readonly capability: string;
  readonly range: VersionRange;
  readonly features: readonly string[];
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Parses `CONTRACT [RANGE] [with FEATURE, ...]`, for instance `autoscale >=1.0 with schedule, fallback`. Throws
 * CAPSTAN_QUERY_INVALID, which says what part cannot be read.
 */
export function parseCapabilityQuery(text: string): CapabilityQuery {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const at = words.indexOf('with');
  const [capability = '', ...rest] = at < 0 ? words : words.slice(0, at);
  if (capability === '') throw invalid(text, 'it does not name a capability');
  if (!NAME.test(capability)) throw invalid(text, `"${capability}" is not the name of a capability`);
  const range = rest.join(' ');
  if (!isRange(range)) throw invalid(text, `"${range}" is not a version range`);
  const features = at < 0 ? [] : featuresOf(text, words.slice(at + 1));
  return { capability, range: parseRange(range), features };
}

function featuresOf(text: string, words: readonly string[]): string[] {
  const features = words.flatMap((word) => word.split(',')).filter((feature) => feature !== '');
  if (features.length === 0) throw invalid(text, '"with" is not followed by a feature');
  const wrong = features.find((feature) => !NAME.test(feature));
  if (wrong !== undefined) throw invalid(text, `"${wrong}" is not the name of a feature`);
  return [...new Set(features)];
}

function invalid(text: string, why: string): CapstanError {
  return new CapstanError(CENTER_CODES.queryInvalid, `"${text}" is not a capability query: ${why}.`, {
    hint: 'A query is CONTRACT [RANGE] [with FEATURE, ...], for instance: autoscale >=1.0 with schedule, fallback.',
    exit: EXIT.usage,
    fields: { query: text },
  });
}
