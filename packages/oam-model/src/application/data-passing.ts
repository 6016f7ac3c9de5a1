import { didYouMean, isCapstanError } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { type PathSegment, parseFieldPath } from '../field-path.ts';
import type {
  ApplicationConfiguration,
  ConditionRequirement,
  DataInput,
  DataOperation,
  DataOutput,
  DataStore,
} from '../kinds/index.ts';
import { below, type Place, type ValidationContext } from './context.ts';

interface Slot {
  readonly place: Place;
  readonly dataOutputs?: readonly DataOutput[];
  readonly dataInputs?: readonly DataInput[];
}

/**
 * Checks the data passing of a canonical application: names that are offered once and exist where they are asked for,
 * field paths that can be read, and operations that can succeed.
 */
export function checkDataPassing(context: ValidationContext, root: Place, application: ApplicationConfiguration): void {
  const slots = slotsOf(root, application);
  const offered = offeredNames(context, slots);
  for (const { place, dataOutputs = [], dataInputs = [] } of slots) {
    for (const [index, output] of dataOutputs.entries()) {
      const at = below(place, 'dataOutputs', index);
      checkPath(context, at, ['fieldPath'], output.fieldPath);
      checkConditions(context, at, output.conditions);
      checkStore(context, below(at, 'outputStore'), output.outputStore);
    }
    for (const [index, input] of dataInputs.entries()) {
      checkInput(context, below(place, 'dataInputs', index), input, offered);
    }
  }
}

function slotsOf(root: Place, { spec }: ApplicationConfiguration): Slot[] {
  return spec.components.flatMap((component, index) => {
    const place = below(root, 'spec', 'components', index);
    const traits = (component.traits ?? []).map((trait, at) => ({ ...trait, place: below(place, 'traits', at) }));
    return [{ ...component, place }, ...traits];
  });
}

function offeredNames(context: ValidationContext, slots: readonly Slot[]): ReadonlySet<string> {
  const offered = new Set<string>();
  for (const { place, dataOutputs = [] } of slots) {
    for (const [index, { name }] of dataOutputs.entries()) {
      if (!name) continue;
      if (offered.has(name)) {
        const message = `a data output "${name}" stands in the application already`;
        const hint = 'Inputs find an output by its name alone: give this one another name.';
        context.report(below(place, 'dataOutputs', index), ['name'], {
          code: OAM_CODES.dataOutputTaken,
          message,
          hint,
        });
      }
      offered.add(name);
    }
  }
  return offered;
}

function checkInput(context: ValidationContext, place: Place, input: DataInput, offered: ReadonlySet<string>): void {
  const name = input.valueFrom?.dataOutputName;
  if (name && !offered.has(name)) {
    const names = [...offered];
    context.report(place, ['valueFrom', 'dataOutputName'], {
      code: OAM_CODES.dataOutputUnknown,
      message: `DataOutput "${name}" does not exist`,
      hint: didYouMean(name, names) ?? `Data outputs of the application: ${names.join(', ') || 'none'}.`,
    });
  }
  for (const [index, path] of (input.toFieldPaths ?? []).entries()) {
    checkPath(context, place, ['toFieldPaths', index], path);
  }
  checkConditions(context, place, input.conditions);
  checkStore(context, below(place, 'inputStore'), input.inputStore);
}

function checkStore(context: ValidationContext, place: Place, store: DataStore | undefined): void {
  if (!store) return;
  const missing = (['apiVersion', 'kind', 'name'] as const).find((field) => !store[field]);
  if (missing) {
    const message = `the store has no ${missing}`;
    const hint = 'A store is named by its apiVersion, kind and name.';
    context.report(place, [missing], { code: OAM_CODES.fieldRequired, message, hint });
  }
  for (const [index, operation] of (store.operations ?? []).entries()) {
    checkOperation(context, below(place, 'operations', index), operation);
  }
}

const TYPES = ['jsonPatch'];
const CHANGES = ['add', 'delete', 'replace'];
const COMPARISONS = ['eq', 'notEq', 'notEmpty'];

function checkOperation(context: ValidationContext, place: Place, operation: DataOperation): void {
  checkChoice(context, place, 'type', operation.type, TYPES);
  checkChoice(context, place, 'op', operation.op, CHANGES);
  if (operation.op !== 'delete' && !operation.value && !operation.valueFrom?.fieldPath) {
    const message = 'the operation has neither a value nor a valueFrom';
    const hint = 'Give the value as JSON text, or the path of a field of the source object.';
    context.report(place, [], { code: OAM_CODES.dataOperationInvalid, message, hint });
  }
  if (!operation.toFieldPath) {
    const message = 'toFieldPath is empty';
    const hint = 'Name the field that is changed.';
    context.report(place, ['toFieldPath'], { code: OAM_CODES.dataOperationInvalid, message, hint });
  }
  if (operation.value && !operation.toDataPath && !isJson(operation.value)) {
    const message = 'the value is not JSON';
    const hint = 'A text stands in quotes inside of the quotes: \'"text"\'.';
    context.report(place, ['value'], { code: OAM_CODES.dataOperationInvalid, message, hint });
  }
  checkOperationPath(context, place, 'toFieldPath', operation.toFieldPath);
  checkOperationPath(context, place, 'toDataPath', operation.toDataPath);
  checkPath(context, place, ['valueFrom', 'fieldPath'], operation.valueFrom?.fieldPath);
  checkConditions(context, place, operation.conditions);
}

/** Dots and slashes separate keys; with brackets the path is a field path. */
function checkOperationPath(context: ValidationContext, place: Place, field: string, path: string | undefined): void {
  if (!path) return;
  if (path.includes('[')) checkPath(context, place, [field], path);
  else if (path.replace(/^[./]/, '').split(/[./]/).includes('')) {
    const message = `"${path}" is not a path`;
    const hint = 'Keys stand between dots or slashes: data.app-config.';
    context.report(place, [field], { code: OAM_CODES.dataOperationInvalid, message, hint });
  }
}

function checkConditions(
  context: ValidationContext,
  place: Place,
  conditions: readonly ConditionRequirement[] | undefined,
): void {
  for (const [index, { op, fieldPath, valueFrom }] of (conditions ?? []).entries()) {
    const at = below(place, 'conditions', index);
    checkChoice(context, at, 'op', op, COMPARISONS);
    checkPath(context, at, ['fieldPath'], fieldPath);
    checkPath(context, at, ['valueFrom', 'fieldPath'], valueFrom?.fieldPath);
  }
}

function checkChoice(
  context: ValidationContext,
  place: Place,
  field: string,
  value: string | undefined,
  choices: readonly string[],
): void {
  if (value !== undefined && choices.includes(value)) return;
  context.report(place, [field], {
    code: OAM_CODES.fieldInvalid,
    message: `${field} must be one of ${choices.join(', ')}`,
    hint: didYouMean(value ?? '', choices) ?? 'Nothing else is known.',
  });
}

function checkPath(
  context: ValidationContext,
  place: Place,
  segments: readonly PathSegment[],
  path: string | undefined,
): void {
  if (!path) return;
  try {
    parseFieldPath(path);
  } catch (error) {
    if (!isCapstanError(error)) throw error;
    context.report(place, segments, {
      code: error.code,
      message: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
    });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
