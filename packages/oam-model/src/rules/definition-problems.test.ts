import { describe, expect, test } from 'vitest';
import { aCatalog, aCrd, aTraitDefinition, aWorkloadDefinition } from '../../test/builders.ts';
import type { Definition, ScopeDefinition } from '../kinds/index.ts';
import { definitionProblems } from './definition-problems.ts';

const FOO = 'foos.example.com';
const catalog = aCatalog(
  [
    aWorkloadDefinition('deployments.apps', {}, { a: 'b', c: '' }),
    aWorkloadDefinition('web', { definitionRef: { name: FOO } }),
    aTraitDefinition(FOO),
  ],
  [aCrd(FOO, 'Foo', ['v1'])],
);
const problems = (definition: Definition) =>
  definitionProblems(definition, catalog).map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
const aScope = (spec: Partial<ScopeDefinition['spec']>): ScopeDefinition => ({
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'ScopeDefinition',
  metadata: { name: FOO },
  spec: { definitionRef: { name: FOO }, allowComponentOverlap: true, ...spec },
});

describe('sound Definitions', () => {
  test.each<[string, Definition]>([
    ['a workload', aWorkloadDefinition(FOO, { podSpecPath: 'spec.template.spec', revisionLabel: 'a.b/revision' })],
    ['a workload of the core group', aWorkloadDefinition('services')],
    [
      'a workload with children',
      aWorkloadDefinition(FOO, {
        childResourceKinds: [
          { apiVersion: 'apps/v1', kind: 'Deployment', selector: { app: 'x' } },
          { apiVersion: 'v1', kind: 'Service' },
        ],
      }),
    ],
    [
      'a trait with every form of entry',
      aTraitDefinition(FOO, {
        appliesToWorkloads: [
          '*',
          '*.example.com',
          'deployments.apps',
          'web',
          'apps/v1.Deployment',
          'deployment.apps/v1',
          'v1.Service',
        ],
        appliesTo: ['labelSelector:a=b,c'],
        conflictsWith: [FOO, 'example.com/v2.Foo', 'configmaps'],
        workloadRefPath: 'spec.workloadRef',
        extension: { target: 'child', owns: ['replicas'] },
      }),
    ],
    ['a scope', aScope({ workloadRefsPath: 'spec.workloadRefs' })],
    ['empty fields of Go clients', aTraitDefinition(FOO, { workloadRefPath: '', appliesToWorkloads: [] })],
  ])('%s', (_what, definition) => {
    expect(problems(definition)).toEqual([]);
  });
});

describe('errors', () => {
  test.each<[string, Definition, string]>([
    [
      'no CRD name',
      aTraitDefinition('x', { definitionRef: { name: 'Foo' } }),
      'spec.definitionRef.name: "Foo" is not the name of a CRD',
    ],
    [
      'an empty name',
      aTraitDefinition('x', { definitionRef: { name: '' } }),
      'spec.definitionRef.name: "" is not the name of a CRD',
    ],
    [
      'a version with its group',
      aTraitDefinition(FOO, { definitionRef: { name: FOO, version: 'example.com/v1' } }),
      'spec.definitionRef.version: "example.com/v1" is not a version',
    ],
    [
      'an entry that is no name',
      aTraitDefinition(FOO, { appliesToWorkloads: ['*', 'My Web'] }),
      'spec.appliesToWorkloads[1]: "My Web" can name no type',
    ],
    ['an empty entry', aTraitDefinition(FOO, { appliesTo: [''] }), 'spec.appliesTo[0]: "" can name no type'],
    [
      'a star for a part',
      aTraitDefinition(FOO, { conflictsWith: ['foo*'] }),
      'spec.conflictsWith[0]: "foo*" can name no type',
    ],
    [
      'a broken selector',
      aTraitDefinition(FOO, { conflictsWith: ['labelSelector:a in b'] }),
      'spec.conflictsWith[0]: "a in b" is not a label selector',
    ],
    [
      'a broken path',
      aTraitDefinition(FOO, { workloadRefPath: 'spec..x' }),
      'spec.workloadRefPath: cannot parse path "spec..x"',
    ],
    [
      'a path over the identity',
      aTraitDefinition(FOO, { workloadRefPath: 'metadata.name' }),
      'spec.workloadRefPath: metadata.name cannot hold a reference',
    ],
    [
      'a scope with a path over the status',
      aScope({ workloadRefsPath: 'status' }),
      'spec.workloadRefsPath: status cannot hold a reference',
    ],
    [
      'owns that is no list',
      aTraitDefinition(FOO, { extension: { owns: 'replicas' as never } }),
      'spec.extension.owns: owns is not a list of fields',
    ],
    [
      'a broken pod path',
      aWorkloadDefinition(FOO, { podSpecPath: 'spec[' }),
      'spec.podSpecPath: cannot parse path "spec["',
    ],
    [
      'a label that is none',
      aWorkloadDefinition(FOO, { revisionLabel: 'a/b/c' }),
      'spec.revisionLabel: "a/b/c" is not the key of a label',
    ],
    [
      'a child without version',
      aWorkloadDefinition(FOO, { childResourceKinds: [{ apiVersion: 'apps', kind: 'Deployment' }] }),
      'spec.childResourceKinds[0].apiVersion: "apps" is not an apiVersion',
    ],
    [
      'a child without kind',
      aWorkloadDefinition(FOO, { childResourceKinds: [{ apiVersion: 'apps/v1', kind: '' }] }),
      'spec.childResourceKinds[0].kind: "" is not a kind',
    ],
    [
      'a child with a broken selector',
      aWorkloadDefinition(FOO, { childResourceKinds: [{ apiVersion: 'v1', kind: 'Pod', selector: { a: 'b c' } }] }),
      'spec.childResourceKinds[0].selector: "a: b c" is not a label',
    ],
  ])('%s', (_what, definition, expected) => {
    expect(problems(definition)).toContainEqual(expect.stringContaining(`error ${expected}`));
  });
});

describe('warnings', () => {
  test.each<[string, Definition, string]>([
    [
      'a name that only a label finds',
      aTraitDefinition('footrait', { definitionRef: { name: FOO } }),
      'metadata.name: footrait is not the name of the CRD foos.example.com',
    ],
    [
      'a CRD that is not there',
      aTraitDefinition('gone.example.com'),
      'spec.definitionRef.name: nothing that is known serves gone.example.com',
    ],
    [
      'a version that is not served',
      aWorkloadDefinition(FOO, { definitionRef: { name: FOO, version: 'v9' } }),
      'spec.definitionRef.name: nothing that is known serves foos.example.com in version v9',
    ],
    [
      'an unknown conflict',
      aTraitDefinition(FOO, { conflictsWith: ['bars.example.com'] }),
      'spec.conflictsWith[0]: bars.example.com names no trait that is known',
    ],
    [
      'a bare group',
      aTraitDefinition(FOO, { appliesToWorkloads: ['example.com'] }),
      'spec.appliesToWorkloads[0]: example.com names no workload that is known',
    ],
    [
      'another group of a known kind',
      aTraitDefinition(FOO, { appliesTo: ['a.b/v1.Deployment'] }),
      'spec.appliesTo[0]: a.b/v1.Deployment names no workload that is known',
    ],
    [
      'an unknown target',
      aTraitDefinition(FOO, { extension: { target: 'chid' } }),
      'spec.extension.target: "chid" is no target that Capstan knows',
    ],
  ])('%s', (_what, definition, expected) => {
    expect(problems(definition)).toEqual([`warning ${expected}`]);
  });

  test('a bare group is offered the form for groups', () => {
    const [problem] = definitionProblems(aTraitDefinition(FOO, { appliesToWorkloads: ['example.com'] }), catalog);
    expect(problem?.hint).toBe('For the whole group write *.example.com.');
  });
});
