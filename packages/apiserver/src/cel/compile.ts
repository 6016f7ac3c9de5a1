import { goQuote } from '../model/go-format.ts';
import type { SchemaNode, ValidationRule } from '../model/schema.ts';
import { followFieldPath } from '../schema/field-path.ts';
import { type CelEnvironment, type CelNode, type CelProgram, LACKING_FUNCTIONS, newEnvironment } from './engine.ts';
import { compilationProblem } from './errors.ts';
import { MATCHES } from './regex-library.ts';
import { type CelType, TypeMaker } from './types.ts';

/** A rule that can be evaluated. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly usesOldSelf: boolean;
  /** How deep loops are nested. */
  readonly loops: number;
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
  const maker = new TypeMaker(environment);
  const type = maker.typeOf(typeSchema, resourceRoot);
  if (!type) return { results: [], convert: (json) => json };
  const plain = withSelf(environment, type, type.name);
  let optional: CelEnvironment | undefined;
  const results = rules.map((rule): RuleResult => {
    if (rule.optionalOldSelf !== true) return compileRule(rule, plain, typeSchema);
    optional ??= withSelf(environment, type, `optional<${type.name}>`);
    return compileRule(rule, optional, typeSchema);
  });
  // One loop over the data takes no longer than reading it; nested ones are watched.
  maker.countsLoops = results.some((one) => one.is === 'compiled' && one.compiled.loops > 1);
  return { results, convert: (json) => type.convert(json) };
}

function withSelf(environment: CelEnvironment, type: CelType, oldType: string): CelEnvironment {
  return environment.clone().registerVariable('self', type.name).registerVariable('oldSelf', oldType);
}

function compileRule(rule: ValidationRule, environment: CelEnvironment, typeSchema: SchemaNode): RuleResult {
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
      loops: Math.max(main.loops ?? 0, message?.loops ?? 0),
      evaluate: main.program,
      ...(message?.program && { message: message.program }),
      fieldPath: followFieldPath(rule.fieldPath ?? '', typeSchema).path ?? '',
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
  /** How deep loops are nested. */
  readonly loops?: number;
}

/** Parses and checks an expression that must have this type (or `dyn`). */
export function compileExpression(
  text: string,
  environment: CelEnvironment,
  wanted: 'bool' | 'string' | 'dyn',
): CompiledExpression {
  const names = new Set<string>();
  let program: CelProgram;
  try {
    program = environment.parse(text);
  } catch (error) {
    return { problem: compilationProblem(error, text), names, lacks: [] };
  }
  const facts: Facts = { names, calls: new Set(), loops: 0 };
  visit(program.ast, facts);
  const { calls, loops } = facts;
  const lacks = [...calls, ...names].filter((name) => LACKING_FUNCTIONS.has(name) || name === TWO_VARIABLE_MACRO);
  if (lacks.length > 0) return { names, lacks };
  const checked = program.check();
  if (!checked.valid) return { problem: compilationProblem(checked.error, text), names, lacks };
  if (wanted !== 'dyn' && checked.type !== wanted && checked.type !== 'dyn') return { names, lacks };
  return { program, names, lacks, loops };
}

/** Macros that take two variables, too. */
const TWO_VARIABLES = new Set(['all', 'exists']);
const TWO_VARIABLE_MACRO = 'macros with two variables';
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** What an expression is made of. */
interface Facts {
  readonly names: Set<string>;
  readonly calls: Set<string>;
  /** How deep loops are nested. */
  loops: number;
}

/** Collects facts, and has `matches` of strings go to the one with Go's expressions. */
function visit(node: unknown, facts: Facts, depth = 0): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, facts, depth);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args } = node as CelNode;
  if (op === 'id') facts.names.add(args);
  if (op === 'call' || op === 'rcall') facts.calls.add(args[0]);
  const below = op === 'rcall' ? depth + methodFacts(args, facts, depth) : depth;
  visit(args, facts, below);
  // What macros become is kept beside the call.
  for (const value of Object.values(node)) if (value !== args) visit(value, facts, below);
}

/** Facts of a call of a method. Returns 1 for a loop. */
function methodFacts(args: readonly [string, CelNode, readonly CelNode[]], facts: Facts, depth: number): 0 | 1 {
  const [name, , values] = args;
  if (values.length === 3 && TWO_VARIABLES.has(name)) facts.calls.add(TWO_VARIABLE_MACRO);
  if (name === 'matches') (args as unknown as [string, ...unknown[]])[0] = MATCHES;
  if (!LOOPS.has(name)) return 0;
  facts.loops = Math.max(facts.loops, depth + 1);
  return 1;
}

/** A rule in words: its message, or itself. */
export function ruleText(rule: ValidationRule): string {
  return (rule.message ?? '') === '' ? rule.rule.trim() : (rule.message ?? '').trim();
}

/** How a rule that cannot be evaluated is told of. */
export function lackingText(path: string, rule: ValidationRule, lacks: readonly string[]): string {
  return `${path}: rule ${goQuote(rule.rule.trim())} is not evaluated by this server: it lacks ${lacks.join(', ')}`;
}
