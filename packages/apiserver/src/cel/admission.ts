import { BudgetExceeded, withinBudget } from './budget.ts';
import { compileExpression } from './compile.ts';
import { type CelEnvironment, type CelProgram, newEnvironment } from './engine.ts';
import { evaluationProblem } from './errors.ts';
import { dynamic } from './types.ts';

/*
 * Expressions about requests: match conditions of webhooks, and ValidatingAdmissionPolicies (apiserver
 * pkg/admission/plugin/cel, webhook/matchconditions, policy/validating). Values are not typed by schema here, and the
 * variable `authorizer` is missing.
 */

/** What expressions see of a request; absent values are null. */
export interface AdmissionInput {
  readonly object?: unknown;
  readonly oldObject?: unknown;
  /** The `request` of an AdmissionReview, without its objects. */
  readonly request: unknown;
  readonly namespaceObject?: unknown;
  readonly params?: unknown;
}

/** A condition (MatchCondition) or a variable of a policy. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** One validation of a policy. */
export interface PolicyValidation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
}

/** The parts of a ValidatingAdmissionPolicy's spec that are expressions. */
export interface PolicyExpressions {
  readonly variables?: readonly NamedExpression[];
  readonly matchConditions?: readonly NamedExpression[];
  readonly validations?: readonly PolicyValidation[];
}

/** What a policy says against a request. `error`: it could not be evaluated, so its failurePolicy decides. */
export interface PolicyFinding {
  readonly message: string;
  readonly reason: string;
  readonly error: boolean;
}

/** An expression could not be compiled or evaluated: the failurePolicy decides what follows. */
export class ExpressionFailed extends Error {
  override readonly name = 'ExpressionFailed';
}

class Variables {}

let base: CelEnvironment | undefined;

function environment(): CelEnvironment {
  if (!base) {
    base = newEnvironment();
    for (const name of ['object', 'oldObject', 'request', 'namespaceObject', 'params'])
      base.registerVariable(name, 'dyn');
    base.registerType('kubernetes.Variables', Variables);
    base.registerVariable('variables', 'kubernetes.Variables');
  }
  return base;
}

type Compiled = { readonly program: CelProgram } | { readonly problem: string };

const compiled = new Map<string, Compiled>();
/** Expressions come and go with policies; more than these are not kept. */
const MAX_COMPILED = 1000;

/** Why an expression about requests is wrong; undefined where it can be evaluated. */
export function admissionExpressionProblem(expression: string, wanted: 'bool' | 'string' = 'bool'): string | undefined {
  const found = compile(expression, wanted);
  return 'problem' in found ? found.problem : undefined;
}

function compile(expression: string, wanted: 'bool' | 'string' | 'dyn'): Compiled {
  const key = `${wanted} ${expression}`;
  let found = compiled.get(key);
  if (!found) {
    const result = compileExpression(expression, environment(), wanted);
    if (result.lacks.length > 0) found = { problem: `this server lacks ${result.lacks.join(', ')}` };
    else if (!result.program) found = { problem: result.problem ?? `must evaluate to ${wanted}` };
    else found = { program: result.program };
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, found);
  }
  return found;
}

function evaluate(expression: string, wanted: 'bool' | 'string' | 'dyn', bindings: Record<string, unknown>): unknown {
  const found = compile(expression, wanted);
  if ('problem' in found) throw new ExpressionFailed(`compilation error: ${found.problem}`);
  try {
    return found.program(bindings);
  } catch (error) {
    if (error instanceof BudgetExceeded || error instanceof ExpressionFailed) throw error;
    throw new ExpressionFailed(`expression '${expression}' resulted in error: ${evaluationProblem(error)}`);
  }
}

function bindingsOf(input: AdmissionInput, variables: readonly NamedExpression[]): Record<string, unknown> {
  const bindings: Record<string, unknown> = {};
  for (const name of ['object', 'oldObject', 'request', 'namespaceObject', 'params'] as const) {
    bindings[name] = dynamic(input[name] ?? null);
  }
  const values = new Variables();
  bindings['variables'] = values;
  for (const { name, expression } of variables) {
    Object.defineProperty(values, name, {
      configurable: true,
      get() {
        const value = evaluate(expression, 'dyn', bindings);
        Object.defineProperty(values, name, { value });
        return value;
      },
    });
  }
  return bindings;
}

/** Runs evaluations under the limit of time that all rules share. */
function limited<T>(run: () => T): T {
  try {
    return withinBudget(run);
  } catch (error) {
    if (error instanceof BudgetExceeded)
      throw new ExpressionFailed('validation failed due to running out of cost budget');
    throw error;
  }
}

/**
 * Whether all conditions hold. False as soon as one is false, whatever the others are; else throws `ExpressionFailed`
 * where one could not be evaluated.
 */
export function matchesConditions(conditions: readonly NamedExpression[], input: AdmissionInput): boolean {
  return limited(() => allHold(conditions, bindingsOf(input, [])));
}

function allHold(conditions: readonly NamedExpression[], bindings: Record<string, unknown>): boolean {
  const failures: ExpressionFailed[] = [];
  for (const { expression } of conditions) {
    try {
      if (evaluate(expression, 'bool', bindings) !== true) return false;
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 0) return true;
  const texts = failures.map((one) => one.message);
  throw new ExpressionFailed(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
}

/**
 * What a ValidatingAdmissionPolicy says against a request; nothing where its conditions do not hold. Which requests and
 * parameters it is asked about, and what its binding makes of findings, is the caller's part.
 */
export function evaluatePolicy(policy: PolicyExpressions, input: AdmissionInput): PolicyFinding[] {
  try {
    return limited(() => {
      const bindings = bindingsOf(input, policy.variables ?? []);
      if (!allHold(policy.matchConditions ?? [], bindings)) return [];
      return (policy.validations ?? []).flatMap((one) => validationFinding(one, bindings));
    });
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return [{ message: error.message, reason: 'Invalid', error: true }];
  }
}

function validationFinding(validation: PolicyValidation, bindings: Record<string, unknown>): PolicyFinding[] {
  const { expression, reason = 'Invalid' } = validation;
  try {
    if (evaluate(expression, 'bool', bindings) === true) return [];
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return [{ message: error.message, reason: 'Invalid', error: true }];
  }
  return [{ message: messageOf(validation, bindings), reason, error: false }];
}

function messageOf(validation: PolicyValidation, bindings: Record<string, unknown>): string {
  const { messageExpression = '', message = '', expression } = validation;
  try {
    const made = messageExpression.trim() === '' ? '' : evaluate(messageExpression, 'string', bindings);
    const text = typeof made === 'string' ? made.trim() : '';
    if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= 5 * 1024) return text;
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
  }
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}
