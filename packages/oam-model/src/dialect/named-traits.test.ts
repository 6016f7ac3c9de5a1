import { describe, expect, test } from 'vitest';
import { anApplication, aTraitDefinition } from '../../test/builders.ts';
import { catalog, normalize, said, traitsOf, web } from '../../test/dialect.ts';
import type { DefinitionCatalog } from '../catalog.ts';

describe('traits by name', () => {
  const foo = { apiVersion: 'example.com/v1', kind: 'Foo', metadata: { labels: { 'trait.oam.dev/type': 'footrait' } } };
  const one = (trait: object) => normalize(anApplication([{ componentName: 'web', traits: [trait] }]), [web]);

  test.each<[string, object, object]>([
    ['inside, with properties', { trait: { name: 'footrait', properties: { a: 1 } } }, { ...foo, spec: { a: 1 } }],
    ['inside, with spec', { trait: { name: 'footrait', spec: { a: 1 } } }, { ...foo, spec: { a: 1 } }],
    [
      'inside, with metadata of its own',
      { trait: { name: 'footrait', metadata: { name: 'x', labels: { a: 'b' } } } },
      { ...foo, metadata: { name: 'x', labels: { a: 'b', 'trait.oam.dev/type': 'footrait' } } },
    ],
    ['beside, with properties', { name: 'footrait', properties: { a: 1 } }, { ...foo, spec: { a: 1 } }],
    ['beside, with spec', { name: 'footrait', spec: { a: 1 } }, { ...foo, spec: { a: 1 } }],
    ['beside, by its CRD', { name: 'foos.example.com' }, foo],
    [
      'beside, by its short name and a version of its CRD',
      { name: 'foo', version: 'v2' },
      { ...foo, apiVersion: 'example.com/v2' },
    ],
  ])('%s', (_what, written, expected) => {
    const result = one(written);
    expect(result.problems).toEqual([]);
    expect(traitsOf(result)).toEqual([[expected]]);
  });

  test.each<[string, object, string]>([
    ['inside, not a text', { trait: { name: 5 } }, 'trait.name: name of trait should be string instead of float64'],
    [
      'inside, unknown',
      { trait: { name: 'fotrait' } },
      'trait.name: traitdefinitions.core.oam.dev "fotrait" not found',
    ],
    ['inside, a short name', { trait: { name: 'foo' } }, 'trait.name: traitdefinitions.core.oam.dev "foo" not found'],
    ['beside, unknown', { name: 'fo' }, 'name: traitdefinitions.core.oam.dev "fo" not found'],
    ['nothing at all', { trait: {} }, 'the trait says neither what it is nor its name'],
  ])('%s: a problem, and the trait stays', (_what, written, message) => {
    const result = one(written);
    const [problem] = said(result.problems);
    expect(problem).toBe(`spec.components[0].traits[0]${message.startsWith('the') ? ': ' : '.'}${message}`);
    expect(result.application.spec.components[0]?.traits).toEqual([written]);
  });

  test('the installed version counts where the Definition states one', () => {
    const versioned = aTraitDefinition('footrait', { definitionRef: { name: 'foos.example.com' } });
    versioned.metadata.annotations = { version: 'v0.3.0' };
    const from: DefinitionCatalog = { ...catalog, definitions: [versioned] };
    const with_ = (version: string) =>
      normalize(anApplication([{ componentName: 'web', traits: [{ name: 'foo', version }] }]), [web], from);
    expect(with_('v0.3.0').problems).toEqual([]);
    expect(with_('v0.4.0').problems[0]?.message).toBe('trait footrait is installed in version v0.3.0, not v0.4.0');
    expect(said(one({ name: 'foo', version: 'x' }).warnings)[0]).toContain('version x is not looked at');
  });
});
