import { lackingText, ruleSet } from '../cel/compile.ts';
import { hasRules } from '../cel/rules.ts';
import type { ValidationRule } from '../model/schema.ts';
import { type Crd, UNEVALUATED_RULES } from './definition.ts';
import { versionSchemas, walkSchema } from './schemas-of.ts';

/** A CEL rule that this server cannot evaluate. */
export interface UnevaluatedRule {
  readonly version: string;
  /** Where the schema is, as in `openAPIV3Schema.properties[spec]`. */
  readonly path: string;
  readonly rule: ValidationRule;
  /** The functions that are missing. */
  readonly lacks: readonly string[];
}

/** The rules of a CRD that are not evaluated, because this server lacks functions that they use. */
export function unevaluatedRules(crd: Crd): UnevaluatedRule[] {
  const found: UnevaluatedRule[] = [];
  for (const { version, schema } of versionSchemas(crd)) {
    if (!hasRules(schema)) continue;
    walkSchema(schema, 'openAPIV3Schema', (node, path) => {
      if ((node['x-kubernetes-validations'] ?? []).length === 0) return;
      for (const result of ruleSet(node, node, node === schema).results) {
        if (result.is === 'lacking') found.push({ version, path, rule: result.rule, lacks: result.lacks });
      }
    });
  }
  return found;
}

/** Writes them into the CRD's annotation, or removes it. */
export function markUnevaluatedRules(crd: Crd): void {
  const rules = unevaluatedRules(crd);
  const { annotations } = crd.metadata;
  if (rules.length > 0) {
    const texts = rules.map(({ version, path, rule }) => `${version} ${path}: ${rule.rule.trim()}`);
    crd.metadata.annotations = { ...annotations, [UNEVALUATED_RULES]: JSON.stringify(texts) };
  } else if (annotations?.[UNEVALUATED_RULES] !== undefined) {
    const { [UNEVALUATED_RULES]: _gone, ...rest } = annotations;
    crd.metadata.annotations = rest;
  }
}

/** One warning for each such rule of a CRD that `markUnevaluatedRules` has marked. */
export function unevaluatedWarnings(crd: Crd): string[] {
  if (crd.metadata.annotations?.[UNEVALUATED_RULES] === undefined) return [];
  return unevaluatedRules(crd).map(({ path, rule, lacks }) => lackingText(path, rule, lacks));
}
