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
/** No sensible question is longer; a server must not read more. */
const MAX_LENGTH = 500;

/** A part of the text, and where it begins, counted from 1. */
interface Word {
  readonly text: string;
  readonly at: number;
}

/**
 * Parses `CONTRACT [RANGE] [with FEATURE[, FEATURE]...]`, for instance `autoscale >=1.0 with schedule, fallback`. Throws
 * CAPSTAN_QUERY_INVALID, which names the part that cannot be read and its position (`fields.position`, from 1).
 */
export function parseCapabilityQuery(text: string): CapabilityQuery {
  if (text.length > MAX_LENGTH) throw invalid(`${text.slice(0, 40)}...`, 'it is too long', MAX_LENGTH + 1);
  const words = wordsOf(text);
  const cut = words.findIndex((word) => word.text === 'with');
  const [capability, ...range] = cut < 0 ? words : words.slice(0, cut);
  if (!capability) throw invalid(text, 'it does not name a capability', words[0]?.at ?? 1);
  if (!NAME.test(capability.text)) throw wrong(text, capability, 'is not the name of a capability');
  const features = cut < 0 ? [] : featuresOf(text, words.slice(cut) as [Word, ...Word[]]);
  return { capability: capability.text, range: rangeOf(text, range), features };
}

function rangeOf(text: string, words: readonly Word[]): VersionRange {
  const range = words.map((word) => word.text).join(' ');
  const [first] = words;
  if (!isRange(range) && first) throw wrong(text, { text: range, at: first.at }, 'is not a version range');
  return parseRange(range);
}

function featuresOf(text: string, [mark, ...words]: readonly [Word, ...Word[]]): string[] {
  const features = words.flatMap(atCommas);
  if (features.length === 0) throw invalid(text, '"with" is not followed by a feature', mark.at);
  const bad = features.find((feature) => !NAME.test(feature.text));
  if (bad) throw wrong(text, bad, 'is not the name of a feature');
  return [...new Set(features.map((feature) => feature.text))];
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index + 1 }));
}

function atCommas({ text, at }: Word): Word[] {
  return [...text.matchAll(/[^,]+/g)].map((match) => ({ text: match[0], at: at + match.index }));
}

function wrong(query: string, { text, at }: Word, why: string): CapstanError {
  return invalid(query, `"${text}" ${why}`, at);
}

function invalid(query: string, why: string, position: number): CapstanError {
  return new CapstanError(CENTER_CODES.queryInvalid, `"${query}" is not a capability query: ${why}.`, {
    hint: `See character ${position}. A query is CONTRACT [RANGE] [with FEATURE, ...], for instance: autoscale >=1.0 with schedule, fallback.`,
    exit: EXIT.usage,
    fields: { query, position },
  });
}
