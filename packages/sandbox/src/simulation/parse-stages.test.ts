import { type CapstanError, isCapstanError, type KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import { parseStages } from './parse-stages.ts';
import { matches } from './select.ts';
import type { Stage } from './stage.ts';

const HEAD = 'apiVersion: kwok.x-k8s.io/v1alpha1\nkind: Stage\nmetadata: {name: ready}\n';
const SERVED = 'simulation.capstan.dev/while-served';
const RESOURCE = 'resourceRef: {apiGroup: example.com/v1, kind: Thing}';
const NEXT = 'next: {patches: [{subresource: status, root: status, template: "phase: Ready"}]}';

function aStage(spec: string): Stage {
  const [stage] = parseStages(`${HEAD}spec: {${RESOURCE}, ${spec}}`, 'stage.yaml');
  return stage!;
}

function aThing(parts: object): KubernetesObject {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' }, ...parts };
}

function problemOf(text: string): CapstanError {
  try {
    parseStages(text, 'stage.yaml');
  } catch (error) {
    if (isCapstanError(error, SANDBOX_CODES.stageInvalid)) return error;
    throw error;
  }
  throw new Error('the stage was accepted');
}

test('a template gets the object and the time, as text or quoted', () => {
  const text = [
    'spec:',
    `  ${RESOURCE}`,
    '  delay: {durationMilliseconds: 250}',
    '  next:',
    '    patches:',
    '      - subresource: status',
    '        root: status',
    '        type: merge',
    '        template: |',
    '          hpaName: keda-hpa-{{ .metadata.name }}',
    '          place: {{ .metadata.namespace | Quote }}',
    '          observedGeneration: {{ .metadata.generation }}',
    '          conditions: [{type: Ready, at: {{ Now | Quote }}}]',
    '      - template: |',
    '          metadata: {finalizers: []}',
  ].join('\n');
  const [stage] = parseStages(HEAD + text, 'stage.yaml');
  const variables = { name: 'web', namespace: 'shop', generation: 3, now: '2030-01-02T03:04:05Z' };
  expect(stage?.delayMs).toBe(250);
  expect(stage?.patches.map((patch) => [patch.subresource, patch.render(variables)])).toEqual([
    [
      'status',
      {
        status: {
          hpaName: 'keda-hpa-web',
          place: 'shop',
          observedGeneration: 3,
          conditions: [{ type: 'Ready', at: '2030-01-02T03:04:05Z' }],
        },
      },
    ],
    [undefined, { metadata: { finalizers: [] } }],
  ]);
});

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const ready = aThing({
  status: {
    conditions: [
      { type: 'Other', status: 'False' },
      { type: 'Ready', status: 'True' },
    ],
  },
});

test.each([
  ['a field that is there', { key: '.spec.paused', operator: 'Exists' }, aThing({ spec: { paused: false } }), true],
  [
    'a null field counts as absent',
    { key: '.spec.paused', operator: 'Exists' },
    aThing({ spec: { paused: null } }),
    false,
  ],
  ['an absent parent', { key: '.spec.a.b', operator: 'DoesNotExist' }, aThing({}), true],
  [
    'a quoted key',
    { key: '.metadata["labels"]["a.b/c"]', operator: 'Exists' },
    aThing({ metadata: { name: 'x', labels: { 'a.b/c': 'd' } } }),
    true,
  ],
  [
    'a number compared as text',
    { key: '.spec.size', operator: 'In', values: ['3'] },
    aThing({ spec: { size: 3 } }),
    true,
  ],
  [
    'any item of a list',
    { key: '.spec.items[].kind', operator: 'In', values: ['b'] },
    aThing({ spec: { items: [{ kind: 'a' }, { kind: 'b' }] } }),
    true,
  ],
  ['the selected item only', { key: READY, operator: 'In', values: ['False'] }, ready, false],
  ['the selected item', { key: READY, operator: 'In', values: ['True'] }, ready, true],
  ['NotIn without a value', { key: READY, operator: 'NotIn', values: ['True'] }, aThing({}), true],
  ['NotIn with the value', { key: READY, operator: 'NotIn', values: ['True'] }, ready, false],
])('an expression on %s', (_what, expression, object, expected) => {
  const stage = aStage(`selector: {matchExpressions: [${JSON.stringify(expression)}]}, ${NEXT}`);
  expect(matches(stage, object)).toBe(expected);
});

test('labels and annotations must all be there', () => {
  const stage = aStage(`selector: {matchLabels: {a: b}, matchAnnotations: {c: d}}, ${NEXT}`);
  expect(matches(stage, aThing({ metadata: { name: 'x', labels: { a: 'b' }, annotations: { c: 'd' } } }))).toBe(true);
  expect(matches(stage, aThing({ metadata: { name: 'x', labels: { a: 'b' } } }))).toBe(false);
});

test.each([
  ['an unknown field', `spec: {${RESOURCE}, weight: 1, ${NEXT}}`, 'spec.weight'],
  ['a step kwok knows and we do not', `spec: {${RESOURCE}, next: {delete: true}}`, 'spec.next.delete'],
  ['a missing kind', `spec: {resourceRef: {apiGroup: v1}, ${NEXT}}`, 'spec.resourceRef.kind'],
  [
    'an operator',
    `spec: {${RESOURCE}, selector: {matchExpressions: [{key: .a, operator: Gt}]}, ${NEXT}}`,
    'spec.selector.matchExpressions.0.operator',
  ],
  [
    'a path',
    `spec: {${RESOURCE}, selector: {matchExpressions: [{key: .a + 1, operator: Exists}]}, ${NEXT}}`,
    'spec.selector.matchExpressions.0.key',
  ],
  [
    'In without values',
    `spec: {${RESOURCE}, selector: {matchExpressions: [{key: .a, operator: In}]}, ${NEXT}}`,
    'spec.selector.matchExpressions.0.values',
  ],
  [
    'a delay in words',
    `spec: {${RESOURCE}, delay: {durationMilliseconds: soon}, ${NEXT}}`,
    'spec.delay.durationMilliseconds',
  ],
  [
    'another patch type',
    `spec: {${RESOURCE}, next: {patches: [{type: json, template: "a: b"}]}}`,
    'spec.next.patches.0.type',
  ],
  [
    'a variable',
    `spec: {${RESOURCE}, next: {patches: [{template: "a: '{{ .spec.size }}'"}]}}`,
    'spec.next.patches.0.template',
  ],
  [
    'a template without fields',
    `spec: {${RESOURCE}, next: {patches: [{template: just text}]}}`,
    'spec.next.patches.0.template',
  ],
])('%s is refused with file, line and field', (_what, spec, field) => {
  const error = problemOf(`${HEAD}${spec}`);
  expect(error.message).toContain(`stage.yaml:4:`);
  expect(error.fields['field']).toBe(field);
  expect(error.source).toMatchObject({ file: 'stage.yaml', line: 4 });
});

test('a stage may need another kind to be served', () => {
  const named = (kind: string) => HEAD.replace('{name: ready}', `{name: ready, annotations: {${SERVED}: ${kind}}}`);
  const [stage] = parseStages(`${named('example.com/v1/Other')}spec: {${RESOURCE}, ${NEXT}}`, 'stage.yaml');
  expect(stage?.whileServed).toEqual({ apiVersion: 'example.com/v1', kind: 'Other' });
  for (const wrong of ['Other', 'example.com/v1/', '/Other']) {
    const error = problemOf(`${named(wrong)}spec: {${RESOURCE}, ${NEXT}}`);
    expect(error.message).toContain('is not group/version/Kind');
  }
});

test('two stages of one name in a file are refused', () => {
  const one = `${HEAD}spec: {${RESOURCE}, ${NEXT}}\n`;
  expect(problemOf(`${one}---\n${one}`).fields['field']).toBe('metadata.name');
});
