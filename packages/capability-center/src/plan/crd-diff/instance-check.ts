import type { JsonObject, KubernetesObject } from '@capstan/base';
import { allRules } from './cel-rules.ts';
import { droppedFields } from './dropped-fields.ts';
import { type InstanceJudge, instanceJudge } from './instance-schema.ts';
import type { CrdOffender, InstanceCheck } from './types.ts';

const MAX_OFFENDERS = 20;
const MAX_PROBLEMS = 3;
const MAX_PROBLEM = 200;

/** Collects what stored objects say about a new schema, object by object, in bounded memory. */
export interface InstanceCollector {
  add(object: KubernetesObject): void;
  result(incomplete?: string): InstanceCheck;
}

/**
 * A check of stored objects against a new schema. An object that the schema in force refuses as well is counted apart:
 * the change is not to blame. An object also offends when the new schema would drop fields that the present one keeps.
 */
export function instanceCollector(before: JsonObject, after: JsonObject, version: string): InstanceCollector {
  const judge = instanceJudge(after, new Set(allRules(before)));
  let judgeBefore: InstanceJudge | undefined;
  const offenders: CrdOffender[] = [];
  const unknown = new Set<string>();
  let [checked, invalid, invalidBefore] = [0, 0, 0];
  return {
    add(object) {
      checked += 1;
      const verdict = judge(object);
      for (const rule of verdict.unknown) unknown.add(rule);
      const dropped = lostFields(object, before, after);
      if (verdict.problems.length > 0) {
        judgeBefore ??= instanceJudge(before);
        if (dropped.length === 0 && judgeBefore(object).problems.length > 0) {
          invalidBefore += 1;
          return;
        }
      } else if (dropped.length === 0) return;
      invalid += 1;
      const problems = [...verdict.problems, ...dropped.map((path) => `${path} would be dropped`)];
      keepFirst(offenders, offenderOf(object, version, problems));
    },
    result(incomplete) {
      const cannot = unknown.size > 0 ? `Not evaluated here: ${[...unknown].slice(0, 3).join('; ')}.` : undefined;
      const why = [incomplete, cannot].filter(Boolean).join(' ');
      return { checked, invalid, invalidBefore, offenders: [...offenders], ...(why === '' ? {} : { incomplete: why }) };
    },
  };
}

/** Fields that the present schema keeps and the new one drops. */
function lostFields(object: JsonObject, before: JsonObject, after: JsonObject): string[] {
  const dropped = droppedFields(object, after);
  if (dropped.length === 0) return [];
  const already = new Set(droppedFields(object, before));
  return dropped.filter((path) => !already.has(path));
}

function offenderOf({ metadata }: KubernetesObject, version: string, problems: readonly string[]): CrdOffender {
  const { name, namespace } = metadata;
  const shown = problems
    .slice(0, MAX_PROBLEMS)
    .map((text) => (text.length > MAX_PROBLEM ? `${text.slice(0, MAX_PROBLEM)}...` : text));
  return { ...(namespace === undefined ? {} : { namespace }), name, version, problems: shown };
}

/** Keeps the first offenders by namespace and name, whatever order they come in. */
function keepFirst(offenders: CrdOffender[], one: CrdOffender): void {
  const key = keyOf(one);
  const index = offenders.findIndex((other) => keyOf(other) > key);
  offenders.splice(index < 0 ? offenders.length : index, 0, one);
  if (offenders.length > MAX_OFFENDERS) offenders.pop();
}

function keyOf({ namespace = '', name }: CrdOffender): string {
  return `${namespace}/${name}`;
}
