import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SYSTEM_VERSION, systemManifests } from '../src/index.ts';

describe('the manifests of the system', () => {
  test('carry the version of this package', async () => {
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    expect(SYSTEM_VERSION).toBe(manifest.version);
    for (const { metadata } of systemManifests()) {
      expect(metadata.annotations, metadata.name).toMatchObject({ 'capstan.dev/version': SYSTEM_VERSION });
    }
  });

  test('are in an order in which they can be applied: namespace, CRDs, objects of those kinds, roles', () => {
    const kinds = systemManifests().map(({ kind }) => kind);
    const lastCrd = kinds.lastIndexOf('CustomResourceDefinition');
    expect(kinds[0]).toBe('Namespace');
    expect(kinds.indexOf('WorkloadDefinition')).toBe(lastCrd + 1);
    const roles = kinds.findIndex((kind) => /Role(Binding)?$/.test(kind));
    expect(kinds.slice(lastCrd + 1, roles).every((kind) => /^(Workload|Trait|Scope)Definition$/.test(kind))).toBe(true);
    expect(kinds.slice(roles).every((kind) => /Role(Binding)?$/.test(kind))).toBe(true);
    expect(kinds.slice(1, lastCrd + 1).filter((kind) => kind !== 'CustomResourceDefinition')).toEqual([]);
  });
});
