import { Buffer } from 'node:buffer';
import type { CrdDiff } from './diff-crds.ts';
import type { CrdFinding, CrdReview, InstanceCheck } from './types.ts';

/** Largest report, so that statuses and records stay readable (operator-controller PR #2170 met that wall). */
const MAX_BYTES = 32 * 1024;
const MAX_ADDED = 50;
const MAX_MESSAGE = 400;

/**
 * The review of a CRD that changes. `blocked`: a blocking finding, a stored object that no longer fits, or an unsafe
 * finding while not every stored object could be checked. `caution`: unsafe findings that no stored object meets.
 * `safe`: notices at most.
 */
export function reviewCrd(
  diff: CrdDiff,
  storedVersions: readonly string[],
  instances: InstanceCheck | undefined,
): CrdReview {
  const review: CrdReview = {
    verdict: verdictOf(diff.findings, instances),
    findings: diff.findings.map(shortened),
    omitted: 0,
    storedVersions,
    addedFields: diff.addedFields.slice(0, MAX_ADDED),
    ...(instances ? { instances } : {}),
  };
  return bounded(review);
}

function verdictOf(findings: readonly CrdFinding[], instances: InstanceCheck | undefined): CrdReview['verdict'] {
  if (findings.some(({ severity }) => severity === 'blocking')) return 'blocked';
  if (instances && instances.invalid > 0) return 'blocked';
  if (!findings.some(({ severity }) => severity === 'unsafe')) return 'safe';
  return instances && instances.incomplete === undefined ? 'caution' : 'blocked';
}

function shortened(finding: CrdFinding): CrdFinding {
  const { message } = finding;
  return message.length <= MAX_MESSAGE ? finding : { ...finding, message: `${message.slice(0, MAX_MESSAGE)}...` };
}

/** Leaves the least important findings out until the report fits; the offenders' problems are bounded already. */
function bounded(review: CrdReview): CrdReview {
  let kept = review.findings.length;
  let size = bytesOf(review);
  while (size > MAX_BYTES && kept > 0) {
    // Findings are of similar size: one step usually gets there, and each step leaves out one at least.
    kept = Math.min(kept - 1, Math.floor((kept * MAX_BYTES) / size));
    size = bytesOf(cut(review, kept));
  }
  return cut(review, kept);
}

function cut(review: CrdReview, kept: number): CrdReview {
  return { ...review, findings: review.findings.slice(0, kept), omitted: review.findings.length - kept };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
