import type { ValidationRule } from '../model/schema.ts';
import type { CrdVersion } from './definition.ts';

/*
 * Parts of CRDs as the real server shows them in messages: as JSON of its internal types, which have capital names, all
 * fields, and at the top what is the same in all versions. (Keys are sorted when they are printed, so order is free.)
 */

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** The versions of a CRD. Schemas are not shown in full. */
export function internalVersions(versions: readonly CrdVersion[], isShared: (part: Part) => boolean): unknown {
  const part = (version: CrdVersion, name: Part): unknown => (isShared(name) ? null : (version[name] ?? null));
  return versions.map((version) => ({
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: part(version, 'schema'),
    Subresources: part(version, 'subresources'),
    AdditionalPrinterColumns: part(version, 'additionalPrinterColumns'),
    SelectableFields: part(version, 'selectableFields'),
  }));
}

/** A CEL rule. */
export function internalRule(rule: ValidationRule): unknown {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}
