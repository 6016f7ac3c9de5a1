import { validateFieldManager } from '../builtin/metadata.ts';
import type { StatusCause } from '../model/api-error.ts';
import { invalid } from '../model/errors.ts';
import { forbidden, notSupported, required } from '../model/field-error.ts';
import type { FieldValidation, WriteOptions } from '../resources/operations.ts';
import { goBoolean } from '../watch/list-options.ts';

const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/** The options of a create, an update or a patch. Throws 422 for values that do not exist. */
export function writeOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply = false,
): WriteOptions {
  const fieldManager = query.get('fieldManager') || undefined;
  const validation = query.get('fieldValidation') ?? '';
  const force = query.get('force');
  const causes: StatusCause[] = [];
  if (kind === 'PatchOptions') causes.push(...forceCauses(isApply, fieldManager, force));
  causes.push(...validateFieldManager(fieldManager ?? '', 'fieldManager'), ...dryRunCauses(query.getAll('dryRun')));
  if (!FIELD_VALIDATIONS.includes(validation)) {
    causes.push(notSupported('fieldValidation', validation, FIELD_VALIDATIONS));
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes);
  return {
    dryRun: query.has('dryRun'),
    fieldManager,
    fieldValidation: validation === '' ? undefined : (validation as FieldValidation),
    ...(force !== null && { force: goBoolean(force) }),
  };
}

function forceCauses(isApply: boolean, fieldManager: string | undefined, force: string | null): StatusCause[] {
  if (isApply) return fieldManager === undefined ? [required('fieldManager', 'is required for apply patch')] : [];
  return force === null ? [] : [forbidden('force', 'may not be specified for non-apply patch')];
}

/** Causes of a `dryRun` that is not `All`. */
export function dryRunCauses(values: readonly string[]): StatusCause[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}
