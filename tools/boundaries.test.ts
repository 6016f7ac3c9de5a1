import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** The layer table: for each package, the packages that it may stand on. An arrow that is not here is a mistake. */
const MAY_DEPEND_ON: Record<string, readonly string[]> = {
  base: [],
  'oam-model': ['base'],
  'capability-model': ['base'],
  'plugin-api': ['base', 'oam-model', 'capability-model'],
  kube: ['base'],
  core: ['base', 'kube', 'plugin-api', 'oam-model', 'capability-model'],
  'helm-ts': ['base'],
  'capability-center': ['base', 'kube', 'core', 'oam-model', 'capability-model', 'helm-ts'],
  apiserver: [],
  sandbox: ['base', 'kube', 'apiserver'],
  operator: [
    'base',
    'kube',
    'core',
    'oam-model',
    'capability-model',
    'plugin-api',
    'capability-center',
    'helm-ts',
    'plugin-*',
  ],
  cli: ['base', 'kube', 'core', 'oam-model', 'capability-model', 'capability-center', 'helm-ts', 'sandbox', 'operator'],
  'plugin-*': ['plugin-api'],
};

/** Kits that any test may use. */
const TEST_KITS = ['sandbox', 'apiserver'];

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const manifests = globSync(['packages/*/package.json', 'plugins/*/package.json']).map(
  (path) => JSON.parse(readFileSync(path, 'utf8')) as Manifest,
);

function ours(dependencies: Record<string, string> = {}): string[] {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith('@capstan/'))
    .map((name) => name.slice('@capstan/'.length));
}

function pattern(name: string): string {
  return name.startsWith('plugin-') && name !== 'plugin-api' ? 'plugin-*' : name;
}

describe('the layers of architecture', () => {
  test.each(manifests.map((manifest) => [manifest.name, manifest] as const))('%s', (name, manifest) => {
    const allowed = MAY_DEPEND_ON[pattern(name.slice('@capstan/'.length))];
    expect(allowed, 'every package stands in the layer table').toBeDefined();
    expect(ours(manifest.dependencies).filter((on) => !allowed?.includes(pattern(on)))).toEqual([]);
    // What a package may stand on, its tests may stand on, too.
    const kits = [...TEST_KITS, ...(allowed ?? [])];
    expect(ours(manifest.devDependencies).filter((on) => !kits.includes(on))).toEqual([]);
  });

  test('only core knows the container and only kube knows client-node', () => {
    const users = (library: string) => manifests.filter((one) => one.dependencies?.[library]).map((one) => one.name);
    expect(users('tsyringe')).toEqual(['@capstan/core']);
    expect(users('@kubernetes/client-node')).toEqual(['@capstan/kube']);
  });
});
