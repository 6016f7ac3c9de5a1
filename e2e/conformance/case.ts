import { readFileSync } from 'node:fs';
import type { JsonObject, KubernetesObject } from '@capstan/base';
import { parse } from 'yaml';

/** `<apiVersion> <Kind> <name>`, in the namespace of the case where the kind has one. */
export type ObjectName = string;

/** What an object must contain: objects are compared key by key, lists item by item, `~` words as in `matches`. */
export type Expected = JsonObject;

/** One step of a case. Each has exactly one of these keys. */
export interface Step {
  /** Server-side apply by the author of the application, forced. */
  readonly apply?: readonly KubernetesObject[];
  /** JSON merge patches by somebody else (`by`, a field manager). */
  readonly patch?: Readonly<Record<ObjectName, JsonObject>>;
  readonly by?: string;
  /** With `patch`: of the status subresource. */
  readonly status?: boolean;
  readonly delete?: readonly ObjectName[];
  /** Holds within the deadline. */
  readonly expect?: Readonly<Record<ObjectName, Expected>>;
  /** Do not exist within the deadline. */
  readonly absent?: readonly ObjectName[];
  /** Seconds during which everything that the next `expect` or `absent` says must go on to hold. */
  readonly stays?: number;
  /** Events about an object, by reason and message. */
  readonly events?: Readonly<Record<ObjectName, readonly Expected[]>>;
  /** Number of objects of a kind in the namespace, by `<apiVersion> <Kind>`. */
  readonly count?: Readonly<Record<string, number>>;
  /** What the API server refuses, and what its message contains. */
  readonly refused?: { readonly apply: KubernetesObject; readonly message: string };
  /** Remembers the uid of an object under a name, for `${name}` in later steps. */
  readonly remember?: Readonly<Record<string, ObjectName>>;
}

/** A rule of OAM v1alpha2, shown on a cluster. */
export interface ConformanceCase {
  readonly case: string;
  /** Numbers of the rules in `docs/oam-conformance.md`. */
  readonly rules: readonly string[];
  /** `same`: crossplane/oam-kubernetes-runtime passes the case too. Else what it does instead. */
  readonly reference: 'same' | { readonly differs: string };
  /** Runs only with webhooks on (or off); on both when absent. */
  readonly webhooks?: boolean;
  /** Runs only with `--revision-limit 2 --apply-once-only`. */
  readonly flags?: boolean;
  readonly steps: readonly Step[];
}

/** The cases of a file. A mistake in it is an error at once, so that no step is passed over. */
export function readCases(file: string): ConformanceCase[] {
  const cases = parse(readFileSync(file, 'utf8')) as ConformanceCase[];
  for (const one of cases) {
    const at = `${file}: ${one.case}`;
    if (!one.case || !Array.isArray(one.rules) || one.rules.length === 0) throw new Error(`${at}: no name or no rules`);
    if (one.reference !== 'same' && !one.reference?.differs) throw new Error(`${at}: what does the reference do?`);
    for (const step of one.steps) checkStep(step, at);
  }
  return cases;
}

const KEYS: readonly (keyof Step)[] = [
  'apply',
  'patch',
  'delete',
  'expect',
  'absent',
  'events',
  'count',
  'refused',
  'remember',
];
const WITH: readonly string[] = ['by', 'status', 'stays'];

function checkStep(step: Step, at: string): void {
  const unknown = Object.keys(step).filter((key) => !KEYS.includes(key as keyof Step) && !WITH.includes(key));
  if (unknown.length > 0) throw new Error(`${at}: unknown step ${unknown.join(', ')}`);
  if (KEYS.filter((key) => step[key] !== undefined).length !== 1) throw new Error(`${at}: a step does one thing`);
}
