import { goQuote } from '../model/go-format.ts';
import type { SchemaNode, ValidationRule } from '../model/schema.ts';
import { type CelEnvironment, type CelNode, type CelProgram, LACKING_FUNCTIONS, newEnvironment } from './engine.ts';
import { compilationProblem } from './errors.ts';
import { MATCHES } from './regex-library.ts';
import { type CelType, TypeMaker } from './types.ts';

/** A rule that can be evaluated. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly usesOldSelf: boolean;
  /** Calls with `self` and `oldSelf`. Throws what evaluation throws. */
  readonly evaluate: (bindings: Record<string, unknown>) => unknown;
  readonly message?: (bindings: Record<string, unknown>) => unknown;
  /** `spec.a` of a fieldPath `.spec.a`. */
  readonly fieldPath: string;
}

/** What became of a rule. */
export type RuleResult =
  | { readonly is: 'compiled'; readonly compiled: CompiledRule }
  /** It uses functions of the real server that are missing here. */
  | { readonly is: 'lacking'; readonly rule: ValidationRule; readonly lacks: readonly string[] }
  | {
      readonly is: 'wrong';
      readonly rule: ValidationRule;
      readonly field: 'rule' | 'messageExpression';
      readonly detail: string;
    }
  /** An empty rule. */
  | { readonly is: 'nothing' };

/** The rules of one schema node. */
export interface RuleSet {
  readonly results: readonly RuleResult[];
  /** Makes a CEL value of a value of this node. */
  readonly convert: (json: unknown) => unknown;
}

const sets = new WeakMap<SchemaNode, RuleSet>();
const roots = new WeakMap<SchemaNode, RuleSet>();

/**
 * Compiles the rules of a schema node, once. `typeSchema` is the node whose values they see: the node itself, or for
 * rules below `allOf` the node that has it.
 */
export function ruleSet(schema: SchemaNode, typeSchema: SchemaNode, resourceRoot: boolean): RuleSet {
  const cache = resourceRoot ? roots : sets;
  let found = cache.get(schema);
  if (!found) {
    found = compileRules(schema, typeSchema, resourceRoot);
    cache.set(schema, found);
  }
  return found;
}

function compileRules(schema: SchemaNode, typeSchema: SchemaNode, resourceRoot: boolean): RuleSet {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const environment = newEnvironment();
  const type = new TypeMaker(environment).typeOf(typeSchema, resourceRoot);
  if (!type) return { results: [], convert: (json) => json };
  const plain = withSelf(environment, type, type.name);
  let optional: CelEnvironment | undefined;
  const results = rules.map((rule): RuleResult => {
    if (rule.optionalOldSelf !== true) return compileRule(rule, plain);
    optional ??= withSelf(environment, type, `optional<${type.name}>`);
    return compileRule(rule, optional);
  });
  return { results, convert: (json) => type.convert(json) };
}

function withSelf(environment: CelEnvironment, type: CelType, oldType: string): CelEnvironment {
  return environment.clone().registerVariable('self', type.name).registerVariable('oldSelf', oldType);
}

function compileRule(rule: ValidationRule, environment: CelEnvironment): RuleResult {
  if (rule.rule.trim() === '') return { is: 'nothing' };
  const main = compileExpression(rule.rule, environment, 'bool');
  if (main.lacks.length > 0) return { is: 'lacking', rule, lacks: main.lacks };
  if (!main.program) return { is: 'wrong', rule, field: 'rule', detail: wrongRule(main.problem) };
  const text = rule.messageExpression?.trim() ?? '';
  const message = text === '' ? undefined : compileExpression(rule.messageExpression ?? '', environment, 'string');
  if (message && message.lacks.length > 0) return { is: 'lacking', rule, lacks: message.lacks };
  if (message && !message.program)
    return { is: 'wrong', rule, field: 'messageExpression', detail: wrongMessage(message.problem) };
  return {
    is: 'compiled',
    compiled: {
      rule,
      usesOldSelf: main.names.has('oldSelf'),
      evaluate: main.program,
      ...(message?.program && { message: message.program }),
      fieldPath: normalizedPath(rule.fieldPath ?? ''),
    },
  };
}

function wrongRule(problem: string | undefined): string {
  return problem === undefined ? 'cel expression must evaluate to a bool' : `compilation failed: ${problem}`;
}

function wrongMessage(problem: string | undefined): string {
  return problem === undefined
    ? 'messageExpression must evaluate to a string'
    : `messageExpression compilation failed: ${problem}`;
}

interface CompiledExpression {
  readonly program?: CelProgram;
  /** Why it is wrong; undefined for an expression of the wrong type. */
  readonly problem?: string;
  readonly names: ReadonlySet<string>;
  readonly lacks: readonly string[];
}

/** Parses and checks an expression that must have this type (or `dyn`). */
export function compileExpression(
  text: string,
  environment: CelEnvironment,
  wanted: 'bool' | 'string',
): CompiledExpression {
  const names = new Set<string>();
  let program: CelProgram;
  try {
    program = environment.parse(text);
  } catch (error) {
    return { problem: compilationProblem(error, text), names, lacks: [] };
  }
  const calls = new Set<string>();
  visit(program.ast, names, calls);
  const lacks = [...calls, ...names].filter((name) => LACKING_FUNCTIONS.has(name));
  if (lacks.length > 0) return { names, lacks };
  const checked = program.check();
  if (!checked.valid) return { problem: compilationProblem(checked.error, text), names, lacks };
  if (checked.type !== wanted && checked.type !== 'dyn') return { names, lacks };
  return { program, names, lacks };
}

/** Collects names and functions, and has `matches` of strings go to the one with Go's expressions. */
function visit(node: unknown, names: Set<string>, calls: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, names, calls);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args } = node as CelNode;
  if (op === 'id') names.add(args);
  if (op === 'call' || op === 'rcall') calls.add(args[0]);
  if (op === 'rcall' && args[0] === 'matches') (args as [string, ...unknown[]])[0] = MATCHES;
  visit(args, names, calls);
  // What macros become is kept beside the call.
  for (const value of Object.values(node)) if (value !== args) visit(value, names, calls);
}

function normalizedPath(path: string): string {
  return path.replace(/^\./, '').replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_whole, name: string) => {
    const plain = name.replace(/\\(.)/g, '$1');
    return /^[A-Za-z_][\w-]*$/.test(plain) ? `.${plain}` : `[${plain}]`;
  });
}

/** A rule in words: its message, or itself. */
export function ruleText(rule: ValidationRule): string {
  return (rule.message ?? '') === '' ? rule.rule.trim() : (rule.message ?? '').trim();
}

/** How a rule that cannot be evaluated is told of. */
export function lackingText(path: string, rule: ValidationRule, lacks: readonly string[]): string {
  return `${path}: rule ${goQuote(rule.rule.trim())} is not evaluated by this server: it lacks ${lacks.join(', ')}`;
}
