import { ruleSet } from '../cel/compile.ts';
import type { StatusCause } from '../model/api-error.ts';
import { index, invalid, notSupported, required } from '../model/field-error.ts';
import type { SchemaNode, ValidationRule } from '../model/schema.ts';
import { followFieldPath } from '../schema/field-path.ts';
import { internalRule } from './internal-form.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What is wrong with the texts of CEL rules, before they are compiled. */
export function validateRuleTexts(schema: SchemaNode, path: string): StatusCause[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, at) => {
    const field = index(`${path}.x-kubernetes-validations`, at);
    return [...ruleAndMessage(rule, field), ...otherTexts(rule, schema, field)];
  });
}

const hasLineBreak = (text: string): boolean => /[\n\r]/.test(text);

function ruleAndMessage(rule: ValidationRule, field: string): StatusCause[] {
  const { message = '' } = rule;
  const text = rule.rule?.trim() ?? '';
  if (text === '') return [required(`${field}.rule`, 'rule is not specified')];
  if (message !== '' && message.trim() === '')
    return [invalid(`${field}.message`, message, 'must be non-empty if specified')];
  if (hasLineBreak(message.trim())) return [invalid(`${field}.message`, message, 'must not contain line breaks')];
  return hasLineBreak(text) && message.trim() === ''
    ? [required(`${field}.message`, 'message must be specified if rule contains line breaks')]
    : [];
}

function otherTexts(rule: ValidationRule, schema: SchemaNode, field: string): StatusCause[] {
  const { messageExpression = '', reason, fieldPath = '' } = rule;
  const causes: StatusCause[] = [];
  if (messageExpression !== '' && messageExpression.trim() === '') {
    causes.push(required(`${field}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) causes.push(notSupported(`${field}.reason`, reason, REASONS));
  const at = `${field}.fieldPath`;
  if (fieldPath !== '' && fieldPath.trim() === '')
    causes.push(invalid(at, fieldPath, 'must be non-empty if specified'));
  if (hasLineBreak(fieldPath)) causes.push(invalid(at, fieldPath, 'must not contain line breaks'));
  if (fieldPath !== '' && followFieldPath(fieldPath, schema).problem !== undefined) {
    causes.push(invalid(at, fieldPath, 'must be a valid path'));
  }
  return causes;
}

/**
 * Rules that do not compile, and rules that use oldSelf where nothing tells which old value is meant. Asked only of
 * schemas without other faults.
 */
export function compileCauses(schema: SchemaNode, path: string, root = true, uncorrelated?: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const { additionalProperties, items } = schema;
  if (typeof additionalProperties === 'object') {
    causes.push(...compileCauses(additionalProperties, `${path}.additionalProperties`, false, uncorrelated));
  }
  for (const [name, node] of Object.entries(schema.properties ?? {})) {
    const embedded = node['x-kubernetes-embedded-resource'] === true;
    causes.push(...compileCauses(node, `${path}.properties[${name}]`, embedded, uncorrelated));
  }
  if (items) {
    const below = schema['x-kubernetes-list-type'] === 'map' ? uncorrelated : (uncorrelated ?? path);
    causes.push(...compileCauses(items, `${path}.items`, items['x-kubernetes-embedded-resource'] === true, below));
  }
  return [...causes, ...ownRules(schema, path, root, uncorrelated)];
}

function ownRules(schema: SchemaNode, path: string, root: boolean, uncorrelated: string | undefined): StatusCause[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  return ruleSet(schema, schema, root).results.flatMap((result, at) => {
    const field = index(`${path}.x-kubernetes-validations`, at);
    if (result.is === 'wrong') return [invalid(`${field}.${result.field}`, internalRule(result.rule), result.detail)];
    if (result.is !== 'compiled') return [];
    const { usesOldSelf, rule } = result.compiled;
    if (usesOldSelf && uncorrelated !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
      return [invalid(`${field}.rule`, rule.rule, detail)];
    }
    return !usesOldSelf && rule.optionalOldSelf !== undefined
      ? [invalid(`${field}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')]
      : [];
  });
}
