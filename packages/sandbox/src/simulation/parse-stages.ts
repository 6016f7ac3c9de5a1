import { CapstanError } from '@capstan/base';
import { type Document, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { SANDBOX_CODES } from '../codes.ts';
import { parseFieldPath } from './field-path.ts';
import { STAGE_OPERATORS, type Stage, type StageExpression, type StageOperator, type StagePatch } from './stage.ts';
import { compileTemplate } from './template.ts';

const API_VERSION = 'kwok.x-k8s.io/v1alpha1';
const WHILE_SERVED = 'simulation.capstan.dev/while-served';
const MAX_DELAY_MS = 3_600_000;

/**
 * The stages of one file. Fails with CAPSTAN_SANDBOX_STAGE_INVALID, which names the file, the line and the field, for
 * anything that the format in stage.ts does not have.
 */
export function parseStages(text: string, file: string): Stage[] {
  const lines = new LineCounter();
  const stages: Stage[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    const reader = new Reader(document as Document, file, lines);
    const [error] = document.errors;
    if (error !== undefined) reader.fail([], error.message.split('\n')[0] ?? error.code);
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    const stage = readStage(reader, value);
    if (stages.some(({ name }) => name === stage.name))
      reader.fail(['metadata', 'name'], `"${stage.name}" is there twice`);
    stages.push(stage);
  }
  return stages;
}

type Path = readonly (string | number)[];

/** Reads values of one document; every failure knows its place. */
class Reader {
  readonly file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, file: string, lines: LineCounter) {
    this.#document = document;
    this.file = file;
    this.#lines = lines;
  }

  fail(path: Path, problem: string): never {
    const field = path.join('.');
    const place = this.#place(path);
    const where = place === undefined ? this.file : `${this.file}:${place.line}:${place.column}`;
    throw new CapstanError(
      SANDBOX_CODES.stageInvalid,
      `${where}: ${field === '' ? 'the document' : field}: ${problem}`,
      {
        hint: "Stages use a subset of kwok's format; packages/sandbox/README.md lists it.",
        fields: { file: this.file, field },
        source: { file: this.file, ...place },
      },
    );
  }

  /** A mapping with no other keys than these. */
  mapping(value: unknown, path: Path, known: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail(path, 'must be a mapping');
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) this.fail([...path, key], `is not supported; here may be ${known.join(', ')}`);
    }
    return value as Record<string, unknown>;
  }

  string(value: unknown, path: Path): string {
    if (typeof value !== 'string' || value === '') this.fail(path, 'must be a text');
    return value;
  }

  list(value: unknown, path: Path): unknown[] {
    if (!Array.isArray(value)) this.fail(path, 'must be a list');
    return value;
  }

  texts(value: unknown, path: Path): Record<string, string> {
    if (value === undefined) return {};
    const entries = Object.entries((value ?? {}) as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, text]) => [key, this.string(text, [...path, key])]));
  }

  oneOf<T extends string>(value: unknown, path: Path, allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === value);
    return found ?? this.fail(path, `must be ${allowed.join(' or ')}`);
  }

  #place(path: Path): { line: number; column: number } | undefined {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] === undefined || (isScalar(node) && node.value === undefined)) continue;
      const { line, col } = this.#lines.linePos(range[0]);
      return { line, column: col };
    }
    return undefined;
  }
}

function readStage(reader: Reader, value: unknown): Stage {
  const top = reader.mapping(value, [], ['apiVersion', 'kind', 'metadata', 'spec']);
  reader.oneOf(top['apiVersion'], ['apiVersion'], [API_VERSION]);
  reader.oneOf(top['kind'], ['kind'], ['Stage']);
  const metadata = reader.mapping(top['metadata'], ['metadata'], ['name', 'labels', 'annotations']);
  const spec = reader.mapping(top['spec'], ['spec'], ['resourceRef', 'selector', 'delay', 'next']);
  const reference = reader.mapping(spec['resourceRef'], ['spec', 'resourceRef'], ['apiGroup', 'kind']);
  return {
    name: reader.string(metadata['name'], ['metadata', 'name']),
    file: reader.file,
    ...readWhileServed(reader, metadata['annotations']),
    kind: {
      apiVersion: reader.string(reference['apiGroup'] ?? 'v1', ['spec', 'resourceRef', 'apiGroup']),
      kind: reader.string(reference['kind'], ['spec', 'resourceRef', 'kind']),
    },
    selector: readSelector(reader, spec['selector'] ?? {}),
    delayMs: readDelay(reader, spec['delay'] ?? {}),
    patches: readPatches(reader, spec['next']),
  };
}

function readWhileServed(reader: Reader, value: unknown): Pick<Stage, 'whileServed'> {
  const path = ['metadata', 'annotations'];
  const named = reader.texts(value, path)[WHILE_SERVED];
  if (named === undefined) return {};
  const at = named.lastIndexOf('/');
  if (at <= 0 || at === named.length - 1) reader.fail([...path, WHILE_SERVED], `"${named}" is not group/version/Kind`);
  return { whileServed: { apiVersion: named.slice(0, at), kind: named.slice(at + 1) } };
}

function readSelector(reader: Reader, value: unknown): Stage['selector'] {
  const path = ['spec', 'selector'];
  const selector = reader.mapping(value, path, ['matchLabels', 'matchAnnotations', 'matchExpressions']);
  const expressions = reader.list(selector['matchExpressions'] ?? [], [...path, 'matchExpressions']);
  return {
    labels: reader.texts(selector['matchLabels'], [...path, 'matchLabels']),
    annotations: reader.texts(selector['matchAnnotations'], [...path, 'matchAnnotations']),
    expressions: expressions.map((item, index) => readExpression(reader, item, [...path, 'matchExpressions', index])),
  };
}

function readExpression(reader: Reader, value: unknown, path: Path): StageExpression {
  const expression = reader.mapping(value, path, ['key', 'operator', 'values']);
  const key = reader.string(expression['key'], [...path, 'key']);
  const operator: StageOperator = reader.oneOf(expression['operator'], [...path, 'operator'], STAGE_OPERATORS);
  const takesValues = operator === 'In' || operator === 'NotIn';
  const values = reader.list(expression['values'] ?? [], [...path, 'values']);
  if (takesValues !== values.length > 0) {
    reader.fail([...path, 'values'], takesValues ? `${operator} needs values` : `${operator} takes no values`);
  }
  const fieldPath = parseFieldPath(key);
  if (fieldPath === undefined) reader.fail([...path, 'key'], `"${key}" is not a path such as .spec.paused`);
  return {
    path: fieldPath,
    operator,
    values: values.map((item, index) => reader.string(item, [...path, 'values', index])),
  };
}

function readDelay(reader: Reader, value: unknown): number {
  const path = ['spec', 'delay'];
  const ms = reader.mapping(value, path, ['durationMilliseconds'])['durationMilliseconds'] ?? 0;
  if (typeof ms === 'number' && Number.isInteger(ms) && ms >= 0 && ms <= MAX_DELAY_MS) return ms;
  return reader.fail([...path, 'durationMilliseconds'], `must be a whole number from 0 to ${MAX_DELAY_MS}`);
}

function readPatches(reader: Reader, value: unknown): StagePatch[] {
  const path = ['spec', 'next', 'patches'];
  const patches = reader.list(reader.mapping(value, ['spec', 'next'], ['patches'])['patches'], path);
  if (patches.length === 0) reader.fail(path, 'must have a patch');
  return patches.map((item, index) => readPatch(reader, item, [...path, index]));
}

function readPatch(reader: Reader, value: unknown, path: Path): StagePatch {
  const patch = reader.mapping(value, path, ['subresource', 'root', 'type', 'template']);
  if (patch['subresource'] !== undefined) reader.oneOf(patch['subresource'], [...path, 'subresource'], ['status']);
  reader.oneOf(patch['type'] ?? 'merge', [...path, 'type'], ['merge']);
  const root = patch['root'] === undefined ? undefined : reader.string(patch['root'], [...path, 'root']);
  const template = reader.string(patch['template'], [...path, 'template']);
  const render = compiled(reader, template, [...path, 'template']);
  return {
    subresource: patch['subresource'] === undefined ? undefined : 'status',
    render: (variables) => (root === undefined ? render(variables) : { [root]: render(variables) }),
  };
}

function compiled(reader: Reader, template: string, path: Path): ReturnType<typeof compileTemplate> {
  try {
    return compileTemplate(template);
  } catch (error) {
    return reader.fail(path, ((error as Error).message.split('\n')[0] ?? '').trim());
  }
}
