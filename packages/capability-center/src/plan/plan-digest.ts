import { digestOf } from '@capstan/capability-model';
import type { PlanDrift } from './plan-inputs.ts';

const WHOLE = 40;
const PART = 8;
const PARTS = ['wishes', 'catalog', 'cluster'] as const;
const PREFIX = 'sha256:';
const WHAT: Readonly<Record<(typeof PARTS)[number], PlanDrift['what']>> = {
  wishes: 'values',
  catalog: 'catalog',
  cluster: 'cluster',
};

/** All that decides what a plan does: what was asked for, what is taken from catalogs, what the cluster was like. */
export type DigestInputs = Readonly<Record<(typeof PARTS)[number], unknown>>;

/**
 * The digest of a plan: `sha256:` and 64 hexadecimal digits. The first 40 are of all inputs together, and three times 8
 * more are of wishes, catalog and cluster alone, so that of two digests it can be told which of the three moved, without
 * a record of the earlier plan.
 */
export function planDigest(inputs: DigestInputs): string {
  const parts = PARTS.map((part) => hex(inputs[part]).slice(0, PART));
  return `${PREFIX}${hex(inputs).slice(0, WHOLE)}${parts.join('')}`;
}

/** Which of the three parts differ between two plan digests. */
export function movedParts(before: string, after: string): PlanDrift['what'][] {
  return PARTS.filter((_, index) => partOf(before, index) !== partOf(after, index)).map((part) => WHAT[part]);
}

/** Whether text has the form of a plan's digest. */
export function isPlanDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function partOf(digest: string, index: number): string {
  const start = PREFIX.length + WHOLE + index * PART;
  return digest.slice(start, start + PART);
}

function hex(value: unknown): string {
  return digestOf(value).slice(PREFIX.length);
}
