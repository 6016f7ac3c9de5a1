import { compareCodePoints, goQuote, goValue } from '../model/go-format.ts';
import { isMap } from '../schema/json.ts';
import { type Atom, formOf, type ListAtom, type MapAtom, type Scalar } from './atoms.ts';
import type { FieldPath } from './field-set.ts';
import { ItemError, itemStep } from './list-items.ts';
import { pathText, stepText } from './path-element.ts';

/* Whether an object fits its schema, as far as server-side apply needs that. Upstream: typed/validate.go. */

/** Something that does not fit, and the steps to it. */
export interface Problem {
  readonly steps: FieldPath;
  readonly message: string;
}

/** A value that does not fit its schema. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';

  constructor(problems: readonly Problem[], prefix = '') {
    const texts = problems.map(({ steps, message }) =>
      steps.length === 0 ? message : `${pathText(steps)}: ${message}`,
    );
    super(prefix + (texts.length === 1 ? texts[0] : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n')));
  }
}

/** Where a walk is: the steps so far, and what was found. */
interface Walk {
  readonly allowDuplicates: boolean;
  readonly steps: string[];
  readonly problems: Problem[];
}

/** Throws SchemaMismatch where the value does not fit. Sets and lists with keys may not repeat an item unless allowed. */
export function validateTyped(atom: Atom, value: unknown, allowDuplicates: boolean): void {
  const walk: Walk = { allowDuplicates, steps: [], problems: [] };
  visit(atom, value, walk);
  if (walk.problems.length > 0) throw new SchemaMismatch(walk.problems);
}

function report(walk: Walk, message: string): void {
  walk.problems.push({ steps: [...walk.steps], message });
}

function visit(atom: Atom, value: unknown, walk: Walk): void {
  if (value === null) return;
  switch (formOf(atom, value)) {
    case 'map':
      if (atom.map) visitMap(atom.map, value, walk);
      return;
    case 'list':
      if (atom.list) visitList(atom.list, value, walk);
      return;
    case 'scalar':
      if (atom.scalar) visitScalar(atom.scalar, value, walk);
      return;
    case 'none':
      report(walk, 'schema error: invalid atom: inlined');
  }
}

function visitScalar(scalar: Scalar, value: unknown, walk: Walk): void {
  const type = typeof value;
  if (scalar === 'numeric' && type !== 'number') {
    report(walk, `expected numeric (int or float), got ${goTypeName(value)}`);
  } else if (scalar === 'string' && type !== 'string') {
    report(walk, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
  } else if (scalar === 'boolean' && type !== 'boolean') {
    report(walk, `expected boolean, got ${held(value)}`);
  } else if (scalar === 'untyped' && type === 'object') {
    report(walk, `expected any scalar, got ${held(value)}`);
  }
}

function visitList(list: ListAtom, value: unknown, walk: Walk): void {
  if (!Array.isArray(value)) {
    report(walk, `expected list, got ${held(value)}`);
    return;
  }
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    let step = `i:${index}`;
    if (!list.isAtomic) {
      try {
        step = itemStep(list, item);
      } catch (error) {
        if (!(error instanceof ItemError)) throw error;
        report(walk, `element ${index}: ${error.message}`);
        return;
      }
      if (!walk.allowDuplicates) {
        if (seen.has(step)) report(walk, `duplicate entries for key ${stepText(step)}`);
        seen.add(step);
      }
    }
    walk.steps.push(step);
    visit(list.element, item, walk);
    walk.steps.pop();
  }
}

function visitMap(map: MapAtom, value: unknown, walk: Walk): void {
  if (!isMap(value)) {
    report(walk, `expected map, got ${held(value)}`);
    return;
  }
  for (const name of Object.keys(value)) {
    const atom = map.atomAt(name);
    walk.steps.push(`f:${name}`);
    if (atom) visit(atom, value[name], walk);
    else report(walk, 'field not declared in schema');
    walk.steps.pop();
    if (!atom) return;
  }
}

/** A value as Go's `%v` prints the library's wrapper of it. */
function held(value: unknown): string {
  return `&{${goValue(value)}}`;
}

function goTypeName(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** A value as by Go's `%#v`. */
function goSyntax(value: unknown): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'string') return goQuote(value);
  if (!isMap(value)) return goValue(value);
  const fields = Object.keys(value)
    .sort(compareCodePoints)
    .map((name) => `${goQuote(name)}:${goSyntax(value[name])}`);
  return `map[string]interface {}{${fields.join(', ')}}`;
}
