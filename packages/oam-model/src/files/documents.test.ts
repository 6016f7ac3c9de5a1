import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { OAM_CODES } from '../codes.ts';
import { formatFieldPath, type PathSegment } from '../field-path.ts';
import { MAX_FILE_LENGTH, parseDocuments } from './documents.ts';

const HEAD = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n';

/** The problems of a text as `line:column code message`. */
function problemsOf(text: string): string[] {
  return parseDocuments(text, 'f.yaml').problems.map(
    ({ source, code, message }) => `${source.line}:${source.column} ${code.replace('CAPSTAN_FILE_', '')} ${message}`,
  );
}

test('a file holds several objects; empty documents are left out', () => {
  const { documents, problems } = parseDocuments(`---\n${HEAD}---\n# nothing\n---\n${HEAD}`, 'f.yaml');
  expect(problems).toEqual([]);
  expect(documents.map(({ object, locate }) => [object.kind, locate('metadata.name').line])).toEqual([
    ['Secret', 5],
    ['Secret', 12],
  ]);
});

test.each(['', '\n\n', '# only a comment', '---\n---\n'])('%j holds nothing and is no error', (text) => {
  expect(parseDocuments(text, 'f')).toEqual({ documents: [], problems: [] });
});

test('JSON is read as well, also with tabs', () => {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }, null, '\t');
  expect(parseDocuments(text, 'f.json').documents[0]?.object.metadata.name).toBe('a');
});

describe('positions', () => {
  const text = `${HEAD}data: &d\n  one: 1\nlist:\n  - x: 1\n  - {y: 2, "z.z": 3}\ncopy: *d\nmerged:\n  <<: *d\n  two: 2\n`;
  const document = parseDocuments(text, 'f.yaml').documents[0]!;
  test.each([
    ['', 1, 1],
    ['metadata.name', 4, 3],
    ['data.one', 6, 3],
    ['list[0]', 8, 5],
    ['list[1].y', 9, 6],
    ['list[1][z.z]', 9, 12],
    ['copy.one', 6, 3],
    ['merged.one', 6, 3],
    ['merged.two', 13, 3],
    ['data.absent.deeper', 5, 1],
    ['list[7]', 7, 1],
    ['absent', 1, 1],
  ])('of %j is %i:%i', (path, line, column) => {
    expect(document.locate(path)).toEqual({ file: 'f.yaml', line, column });
  });

  test('aliases and merge keys are resolved', () => {
    expect(document.object).toMatchObject({ copy: { one: 1 }, merged: { one: 1, two: 2 } });
  });
});

describe('what is no object', () => {
  test.each([
    ['a: b: c', '1:4 SYNTAX nested mappings are not allowed in compact mappings'],
    [`${HEAD}data:\n\tx: 1`, '6:1 SYNTAX tabs are not allowed as indentation'],
    [`${HEAD}kind: Other`, '5:1 SYNTAX the key "kind" stands twice in one object; first on line 2'],
    [`${HEAD}data: {x: .inf}`, '5:11 SYNTAX .inf is no number that JSON knows'],
    [`${HEAD}data: {x: 12345678901234567890}`, '5:11 SYNTAX 12345678901234567890 is too large to be kept exactly'],
    [`${HEAD}data: !!js/function x`, '5:7 SYNTAX unresolved tag: tag:yaml.org,2002:js/function'],
    [`${HEAD}data: *nope`, '5:7 SYNTAX the alias *nope has no anchor &nope before it'],
    [`${HEAD}data: &d {x: *d}`, '5:14 SYNTAX the alias *d stands inside what it repeats'],
    ['- a', '1:1 NOT_AN_OBJECT the document is a list, not an object'],
    ['hello', '1:1 NOT_AN_OBJECT the document is a single value, not an object'],
    ['kind: X\nmetadata:\n  name: a', '1:1 FIELD_MISSING apiVersion is missing'],
    ['apiVersion: v1\nmetadata:\n  name: a', '1:1 FIELD_MISSING kind is missing'],
    ['apiVersion: v1\nkind: X', '1:1 FIELD_MISSING metadata.name is missing'],
    ['apiVersion: v1\nkind: X\nmetadata:\n  labels: {}', '3:1 FIELD_MISSING metadata.name is missing'],
    ['apiVersion: v1\nkind: X\nmetadata:\n  name:', '4:3 FIELD_MISSING metadata.name is missing'],
    ['apiVersion: v1\nkind: X\nmetadata:\n  name: 12', '4:3 FIELD_MISSING metadata.name must be a text'],
    ['apiVersion: v1\nkind: X\nmetatdata:\n  name: a', '3:1 FIELD_MISSING metadata.name is missing'],
  ])('%j: %s', (text, problem) => {
    expect(problemsOf(text)[0]).toBe(problem);
    expect(parseDocuments(text, 'f').documents).toEqual([]);
  });

  test('a misprint of a needed key is named', () => {
    const [problem] = parseDocuments('apiVersion: v1\nkind: X\nmetatdata:\n  name: a', 'f').problems;
    expect(problem?.hint).toBe('The key "metatdata" looks like a misprint of "metadata".');
  });

  test('the other documents of the file are read all the same', () => {
    const { documents, problems } = parseDocuments(`a: [\n---\n${HEAD}`, 'f');
    expect([documents.length, problems.length > 0]).toEqual([1, true]);
  });
});

describe('what is meant to exhaust the reader', () => {
  const layers = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdef'.split('').map((each, i) => {
      const before = `*${'abcdef'[i]}`;
      return `${each}: &${each} [${Array(9).fill(before).join(',')}]`;
    }),
  ];
  test.each([
    ['a long text', 'x'.repeat(MAX_FILE_LENGTH + 1), OAM_CODES.fileTooLarge],
    ['a bomb of aliases', `${HEAD}${layers.join('\n')}`, OAM_CODES.fileTooLarge],
    ['deep flow lists', `${HEAD}data: ${'['.repeat(20_000)}`, OAM_CODES.fileSyntax],
    ['deep closed lists', `${HEAD}data: ${'['.repeat(500)}${']'.repeat(500)}`, OAM_CODES.fileSyntax],
    ['deep block lists', `${'- '.repeat(20_000)}x`, OAM_CODES.fileSyntax],
    ['deep keys', '? '.repeat(20_000), OAM_CODES.fileSyntax],
  ])('%s is refused in time', (_what, text, code) => {
    const started = performance.now();
    const { documents, problems } = parseDocuments(text, 'f');
    expect(documents).toEqual([]);
    expect(problems[0]?.code).toBe(code);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('many keys are no attack', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `  k${index}: x`).join('\n');
    const started = performance.now();
    expect(parseDocuments(`${HEAD}data:\n${keys}`, 'f').problems).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('properties', () => {
  test('any text is read or refused, never thrown', () => {
    const unit = fc.constantFrom(
      ...'a:-[]{}&*!?|>%@`"\'# \n\t,<=0.~'.split(''),
      'apiVersion: v1\n',
      '---\n',
      '&a ',
      '*a',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const { documents, problems } = parseDocuments(text, 'f');
        for (const { source } of problems) expect(source.line).toBeGreaterThan(0);
        for (const { object } of documents) expect(object.metadata.name).toBeTruthy();
      }),
    );
  });

  test('what YAML writes is read back, and every field is found on a line that names it', () => {
    const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{2,8}$/);
    const data = fc.dictionary(name, fc.dictionary(name, fc.oneof(fc.string(), fc.integer(), fc.boolean())), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(data, (value) => {
        const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' }, data: value };
        const text = stringify(object);
        const document = parseDocuments(text, 'f').documents[0]!;
        expect(document.object).toEqual(object);
        for (const [outer, inner] of Object.entries(value)) {
          for (const key of Object.keys(inner)) {
            const path: PathSegment[] = ['data', outer, key];
            const line = text.split('\n')[(document.locate(formatFieldPath(path)).line ?? 0) - 1];
            expect(line).toContain(`${key}:`);
          }
        }
      }),
    );
  });
});
