import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { corpus, problemsOf, soundManifests } from './corpus.ts';
import { expectedProblems } from './corpus-table.ts';

test('the table has a row for every file, and no other', () => {
  expect(Object.keys(expectedProblems)).toEqual([...corpus.keys()]);
  expect(corpus.size).toBeGreaterThanOrEqual(150);
});

test.each([...corpus])('%s', (name, text) => {
  const problems = problemsOf(text);
  const places = problems.map(({ source, code, path }) =>
    `${source.line} ${code.replace('CAPSTAN_', '')} ${path}`.trimEnd(),
  );
  expect(places.length).toBeGreaterThan(0);
  expect([...new Set(places)]).toEqual(expectedProblems[name]);
  for (const { message, source } of problems) {
    expect(message).not.toBe('');
    expect(source.column).toBeGreaterThan(0);
  }
});

test('what uses everything, in both dialects and with zero structs, has nothing wrong', () => {
  expect(problemsOf(soundManifests)).toEqual([]);
});

/** Values that stand in the wrong place: what people and tools leave behind. */
const STRAY = [
  null,
  '',
  'web',
  '.',
  '[',
  '*',
  '5',
  0,
  -1,
  1.5,
  true,
  [],
  {},
  [null],
  [''],
  [[]],
  { '': null },
  { name: '' },
];
const FIELDS = [
  'name',
  'kind',
  'apiVersion',
  'type',
  'trait',
  'spec',
  'componentName',
  'scopeRef',
  '__proto__',
  'length',
  '',
];

type Change = readonly ['replace' | 'remove' | 'rename' | 'repeat', number, unknown, string];
const change = fc.tuple(
  fc.constantFrom('replace', 'remove', 'rename', 'repeat'),
  fc.nat(),
  fc.constantFrom<unknown>(...STRAY),
  fc.constantFrom(...FIELDS),
) satisfies fc.Arbitrary<Change>;

interface Slot {
  readonly parent: Record<string, unknown> | unknown[];
  readonly key: string;
}

function slotsOf(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Slot['parent'];
  return Object.entries(value).flatMap(([key, child]) => [{ parent, key }, ...slotsOf(child)]);
}

function mutate(documents: unknown[], [kind, at, stray, field]: Change): void {
  const slots = slotsOf(documents);
  const slot = slots[at % Math.max(slots.length, 1)];
  if (!slot) return;
  const { parent, key } = slot;
  const value = (parent as Record<string, unknown>)[key];
  const set = (name: string, content: unknown) =>
    Object.defineProperty(parent, name, { value: content, enumerable: true, configurable: true, writable: true });
  if (kind === 'replace') set(key, structuredClone(stray));
  else if (Array.isArray(parent)) parent.splice(Number(key), kind === 'repeat' ? 0 : 1, structuredClone(value));
  else if (kind === 'repeat') set(field, structuredClone(value));
  else {
    delete parent[key];
    if (kind === 'rename') set(field, value);
  }
}

function isPlace({ line }: { readonly line?: number }): boolean {
  return line === undefined || line > 0;
}

describe('no input makes the validator throw or hang', () => {
  const runs = Number(process.env['CAPSTAN_PROPERTY_RUNS'] ?? 150);
  const start = fc.oneof(
    { arbitrary: fc.constantFrom(...corpus), weight: 5 },
    { arbitrary: fc.constant(['sound', soundManifests] as const), weight: 1 },
  );

  test('values in the wrong place', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(start, fc.array(change, { minLength: 1, maxLength: 4 }), ([name, manifests], changes) => {
        const parsed = parseAllDocuments(manifests, { logLevel: 'silent' });
        if (!Array.isArray(parsed) || parsed.some(({ errors }) => errors.length > 0) || name.startsWith('syntax-'))
          return;
        const documents: unknown[] = parsed.map((document) => document.toJS());
        for (const each of changes) mutate(documents, each);
        const text = documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n');
        const started = performance.now();
        expect(problemsOf(text).every(({ source }) => isPlace(source))).toBe(true);
        expect(performance.now() - started).toBeLessThan(5000);
      }),
      { numRuns: runs },
    );
  });

  test('characters in the wrong place', { timeout: 600_000 }, () => {
    const piece = fc.constantFrom(
      '',
      ' ',
      '\n',
      '\t',
      '-',
      ':',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '!',
      '|',
      '>',
      '"',
      '#',
      '<<: *a',
      '\u0000',
      '\u{1F600}',
      '1e999',
      '---\n',
    );
    const edit = fc.tuple(fc.nat(), fc.nat({ max: 12 }), piece);
    fc.assert(
      fc.property(start, fc.array(edit, { minLength: 1, maxLength: 5 }), ([, manifests], edits) => {
        let text = manifests;
        for (const [at, length, inserted] of edits) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + inserted + text.slice(from + length);
        }
        const started = performance.now();
        expect(problemsOf(text).every(({ source }) => isPlace(source))).toBe(true);
        expect(performance.now() - started).toBeLessThan(5000);
      }),
      { numRuns: runs },
    );
  });
});
