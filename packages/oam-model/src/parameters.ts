import { CapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { OAM_CODES } from './codes.ts';
import { setField } from './field-path.ts';
import { isJsonObject } from './json.ts';
import type { Component, ComponentParameter, ParameterValue } from './kinds/index.ts';

/** A parameter value that does not fit its component. */
export interface ParameterProblem {
  readonly code: string;
  readonly message: string;
  readonly parameter: string;
  /** Index in `parameterValues`; absent for a value that is missing. */
  readonly index?: number;
}

/** What is wrong with the values that an application gives to a component, in the reference's words. */
export function parameterProblems(
  component: Component,
  values: readonly ParameterValue[] | undefined,
): ParameterProblem[] {
  const declared = component.spec.parameters ?? [];
  const given = values ?? [];
  const problems: ParameterProblem[] = [];
  for (const [index, { name, value }] of given.entries()) {
    if (!declared.some((parameter) => parameter.name === name)) {
      problems.push(problem(OAM_CODES.parameterUnknown, name, `unsupported parameter "${name}"`, index));
    } else if (typeof value !== 'string' && !Number.isSafeInteger(value)) {
      problems.push(
        problem(OAM_CODES.parameterInvalid, name, `parameter "${name}" must be a string or an integer`, index),
      );
    }
  }
  for (const { name, required } of declared) {
    if (required === true && !given.some((value) => value.name === name)) {
      problems.push(problem(OAM_CODES.parameterRequired, name, `required parameter "${name}" not specified`));
    }
  }
  return problems;
}

/**
 * The workload of a component with an application's values in it. Of two values for one parameter the last wins;
 * parameters are set in the order in which the component declares them, an empty field path sets nothing. Throws the
 * first of `parameterProblems`, or CAPSTAN_PARAMETER_INVALID when a field path of the component cannot be set or what
 * comes out is no object of a kind; both are terminal.
 */
export function resolveParameters(
  component: Component,
  values: readonly ParameterValue[] | undefined,
): KubernetesObject {
  const [wrong] = parameterProblems(component, values);
  if (wrong) {
    const message = `cannot resolve parameter values for component "${component.metadata.name}": ${wrong.message}`;
    throw unresolved(component, wrong.code, message);
  }
  const given = new Map((values ?? []).map(({ name, value }) => [name, value]));
  let workload = component.spec.workload;
  for (const parameter of component.spec.parameters ?? []) {
    const value = given.get(parameter.name);
    if (value !== undefined) workload = setParameter(component, workload, parameter, value);
  }
  return workload;
}

function setParameter(
  component: Component,
  workload: KubernetesObject,
  parameter: ComponentParameter,
  value: string | number,
): KubernetesObject {
  try {
    return parameter.fieldPaths.reduce((object, path) => setParameterField(object, path, value), workload);
  } catch (error) {
    const { name } = component.metadata;
    const message = `cannot render workload for component "${name}": cannot set parameter "${parameter.name}": ${messageOf(error)}`;
    throw unresolved(component, OAM_CODES.parameterInvalid, message, error);
  }
}

/**
 * The workload with a value at a field path of a parameter; an empty path sets nothing. Throws
 * CAPSTAN_FIELD_PATH_INVALID or CAPSTAN_FIELD_PATH_BLOCKED, the latter also when no object of a kind would remain.
 */
export function setParameterField(workload: KubernetesObject, path: string, value: string | number): KubernetesObject {
  if (path === '') return workload;
  const filled = setField(workload, path, value);
  const { apiVersion, kind, metadata } = filled;
  const wrong =
    typeof apiVersion !== 'string' || typeof kind !== 'string'
      ? 'apiVersion and kind must stay texts'
      : metadata !== undefined && metadata !== null && !isJsonObject(metadata) && 'metadata must stay an object';
  if (!wrong) return filled;
  throw new CapstanError(OAM_CODES.fieldPathBlocked, wrong, { hint: `The path ${path} replaces it.`, terminal: true });
}

function unresolved(component: Component, code: string, message: string, cause?: unknown): CapstanError {
  return new CapstanError(code, message, {
    hint: `The component publishes: ${(component.spec.parameters ?? []).map((each) => each.name).join(', ') || 'no parameters'}.`,
    terminal: true,
    cause,
  });
}

function problem(code: string, parameter: string, message: string, index?: number): ParameterProblem {
  return index === undefined ? { code, parameter, message } : { code, parameter, message, index };
}
