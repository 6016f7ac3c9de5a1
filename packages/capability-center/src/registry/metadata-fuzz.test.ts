import { CapstanError } from '@capstan/base';
import { MODEL_CODES, parseContract, parsePackage, publishPackage } from '@capstan/capability-model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseSourceText } from './source-text.ts';

/** A capability.yaml with something of everything. */
const FULL = `apiVersion: package.capstan.dev/v1
kind: CapabilityPackage
name: shop
version: 1.2.3
release: 2
upstream: { name: Shop, version: 1.2.3, url: https://example.org }
summary: A shop
channel: [stable, edge]
lifecycle: { phase: deprecated, reason: old, successor: store }
provides:
  capabilities:
    - { id: sell, version: 1.0.0, features: [cash], exclusive: true, scope: cluster, tests: [sell/cash] }
  apis:
    - { group: example.org, kind: Thing, served: [v1], storage: v1, scope: Namespaced, conversion: None }
requires:
  - { package: base, range: ^1.0.0, at: run, reason: shelves }
  - { capability: route, range: ">=1.0", features: [hosts], when: { all: [{ config: web, equals: true }] } }
  - anyOf:
      - { api: { group: a.b, kind: C }, anyVersion: [v1] }
      - { package: other, range: "*", when: { not: { fact: kubernetes, range: ">=1.30" } } }
conflicts: [{ package: rival, range: "<2", reason: one till }]
platform: { kubernetes: ">=1.28", arch: [amd64], os: [linux], distributions: [kind] }
upgrade: { from: [">=1.0.0 <1.3.0"], noReturn: { step: shop, reason: tills }, rollbackTo: ">=1.1.0" }
config:
  schema: { type: object, properties: { web: { type: boolean, default: true } } }
  exports: [{ name: web, from: web }, { name: port, value: 80 }]
install:
  namespace: shop
  units:
    - id: shop
      type: helm
      chart: { repository: https://example.org, name: shop, version: 1.2.3 }
      release: shop
      values: { a: 1 }
      valuesFrom: [{ from: web, to: web.enabled }, { from: url, of: base, to: url }]
      crds: { owner: capstan, extractValues: { c: true }, installValues: { c: false } }
    - id: till
      type: manifests
      after: [shop]
      objects: [{ apiVersion: example.org/v1, kind: Thing, metadata: { name: till } }]
  crds:
    - { name: things.example.org, from: chart, unit: shop, kind: Thing, scope: Namespaced, served: [v1], storage: v1 }
  permissions: { summary: all, runtime: [{ apiGroups: [""], resources: [pods], verbs: [get] }] }
  images: [{ ref: "example.org/shop:1.2.3" }]
health:
  probes:
    - { id: a, type: kstatus, level: blocking, target: { apiVersion: apps/v1, kind: Deployment, name: shop } }
uninstall: { instances: archive, drain: [{ apiVersion: example.org/v1, kind: Thing }], crds: keep }
detect: [{ chart: shop, versionFrom: chart, confidence: certain }, { crd: things.example.org, versionFrom: "label:v", confidence: possible }]
trust: { source: https://example.org, signer: us }
`;

const CONTRACTS = [
  ['sell', 'cash'],
  ['route', 'hosts'],
].map(([id, name]) =>
  parseContract({
    apiVersion: 'contract.capstan.dev/v1',
    kind: 'CapabilityContract',
    id,
    summary: 'A contract',
    versions: [{ version: '1.0.0', features: [{ name, summary: 'A feature', test: `${id}/${name}` }] }],
  }),
);

const OPTIONS = { file: 'capability.yaml', code: MODEL_CODES.packageInvalid, hint: 'one document' };

/** What publishing makes of a text: nothing, or an error; anything else than a CapstanError with a position is a crash. */
function publish(text: string): CapstanError | undefined {
  try {
    const { value, origin } = parseSourceText(text, OPTIONS);
    publishPackage({ source: value, origin, definitions: [], crds: [], contracts: CONTRACTS });
    return undefined;
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    expect(error.source, error.message).toMatchObject({ file: 'capability.yaml', line: expect.any(Number) });
    expect(error.message.length).toBeLessThan(2000);
    return error;
  }
}

/** Reads as a registry's reader does: tolerant of unknown fields, JSON only. */
function read(value: unknown): void {
  const { value: parsed, origin } = parseSourceText(JSON.stringify(value) ?? 'null', { ...OPTIONS, json: true });
  try {
    parsePackage(parsed, { origin });
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    expect(error.source).toMatchObject({ line: expect.any(Number) });
  }
}

const full = parseSourceText(FULL, OPTIONS).value as Record<string, unknown>;

/** Every path of a value, deepest last. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, child]) =>
      pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function withValue(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const copy = (Array.isArray(root) ? [...root] : { ...(root as object) }) as Record<string | number, unknown>;
  copy[step] = withValue(copy[step], rest, value);
  return copy;
}

/** `pnpm test:long` asks for more. */
const numRuns = Number(process.env['CAPSTAN_PROPERTY_RUNS'] ?? 100);

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(Number.MAX_SAFE_INTEGER, -1, '', '\u0000', '__proto__', [], {}, null, 'x'.repeat(5000)),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const node = fc.constantFrom(...pathsOf(full));

test('the document that is mutated below is published', () => {
  expect(publish(FULL)).toBeUndefined();
});

test('any text is published or refused with its position', () => {
  const yamlish = fc.array(
    fc.constantFrom(
      'a: ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '!!set ',
      '? ',
      '"',
      '|',
      '%YAML 1.1\n---\n',
      '<<: ',
      '.nan',
      '\t',
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        yamlish.map((parts) => parts.join('')),
      ),
      (text) => void publish(text),
    ),
    { numRuns },
  );
});

test('any value in the place of any other is published or refused with its position', () => {
  fc.assert(
    fc.property(node, hostile, (path, value) => {
      const mutant = withValue(full, path, value);
      publish(stringify(mutant));
      read(mutant);
    }),
    { numRuns },
  );
});

test('a text with a hole, a repetition or a foreign character in it is published or refused with its position', () => {
  const place = fc.nat({ max: FULL.length });
  fc.assert(
    fc.property(
      place,
      fc.nat({ max: 60 }),
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.boolean(),
      (at, length, text, twice) => {
        const piece = FULL.slice(at, at + length);
        publish(FULL.slice(0, at) + (twice ? piece + piece : text) + FULL.slice(at + length));
      },
    ),
    { numRuns },
  );
});

test.each([
  ['lists in lists', '['.repeat(20_000)],
  ['maps in maps', 'a: {'.repeat(5000)],
  ['indented maps', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  [
    'aliases of aliases',
    ['a: &a0 [x]', ...Array.from({ length: 30 }, (_, i) => `b${i}: &a${i + 1} [${`*a${i},`.repeat(9)}]`)].join('\n'),
  ],
  ['an alias of itself', 'a: &a [*a]'],
  ['a value that JSON has not', FULL.replace('values: { a: 1 }', 'values: { a: .inf }')],
  ['a YAML 1.1 set', `%YAML 1.1\n---\n${FULL.replace('values: { a: 1 }', 'values: !!set { a }')}`],
  ['half a surrogate pair', FULL.replace('A shop', '"\\ud800"')],
])('%s are refused with a position, at once', (_, text) => {
  const started = performance.now();
  expect(publish(text)).toBeInstanceOf(CapstanError);
  expect(performance.now() - started).toBeLessThan(5000);
});

test('what is nested too deep in JSON is refused with a position', () => {
  const deep = `{"apiVersion":"package.capstan.dev/v1","x":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  expect(() => parseSourceText(deep, { ...OPTIONS, json: true })).toThrow(
    /:1:1 .* is nested more than 200 levels deep/,
  );
});

test('a newer format is refused by its name', () => {
  const error = publish(FULL.replace('package.capstan.dev/v1', 'package.capstan.dev/v2'));
  expect(error).toMatchObject({ code: 'CAPSTAN_PACKAGE_TOO_NEW', source: { line: 1 } });
});

test('any value is a contract or refused with its position', () => {
  const [contract] = CONTRACTS;
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(contract)), hostile, (path, value) => {
      const { value: parsed, origin } = parseSourceText(stringify(withValue(contract, path, value)), OPTIONS);
      try {
        parseContract(parsed, origin);
      } catch (error) {
        if (!(error instanceof CapstanError)) throw error;
        expect(error.source).toMatchObject({ line: expect.any(Number) });
      }
    }),
    { numRuns },
  );
});
