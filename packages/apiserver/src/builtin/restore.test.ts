import { expect, test } from 'vitest';
import { restoreProblem } from './restore.ts';

const POD = { group: '', version: 'v1', kind: 'Pod' };
const container = (more: object) => ({ spec: { containers: [{ name: 'c', ...more }] } });

// Sentences of a real v1.35.4.
test.each<[string, object]>([
  ['cannot restore struct from: string', { spec: 'x' }],
  ['cannot restore struct from: slice', { spec: [] }],
  ['cannot restore struct from: float64', { metadata: 3.5 }],
  ['cannot restore struct from: bool', { metadata: true, spec: 'later' }],
  ['cannot restore map from string', { metadata: { labels: 'x' } }],
  ['cannot restore map from slice', container({ resources: { limits: [] } })],
  ['cannot restore slice from map', { spec: { containers: {} } }],
  ['unrecognized type: string', { metadata: { labels: { a: true } } }],
  ['cannot convert int64 to string', { metadata: { labels: { a: 3 } } }],
  ['cannot convert int64 to v1.RestartPolicy', { spec: { restartPolicy: 3 } }],
  ['unrecognized type: int32', container({ ports: [{ containerPort: '80' }] })],
  ['unrecognized type: int64', { spec: { terminationGracePeriodSeconds: 'x' } }],
  ['cannot convert float64 to int32', { spec: { priority: 3.5 } }],
  ['unrecognized type: bool', { spec: { hostNetwork: 3 } }],
  ['json: cannot unmarshal number into Go value of type string', { metadata: { creationTimestamp: 3 } }],
])('%s', (problem, object) => {
  expect(restoreProblem(object, POD)).toBe(problem);
});

test('bytes are base64', () => {
  const secret = { group: '', version: 'v1', kind: 'Secret' };
  expect(restoreProblem({ data: { a: 'YQ==' } }, secret)).toBeUndefined();
  expect(restoreProblem({ data: { a: '!' } }, secret)).toBe(
    'error decoding from json: illegal base64 data at input byte 0',
  );
  expect(restoreProblem({ data: { a: {} } }, secret)).toBe('cannot restore slice from map');
});

test('what fits has no problem, and nothing is known of other kinds', () => {
  const object = { ...container({ resources: { limits: { cpu: 1 } } }), metadata: { labels: { a: null } }, strange: 1 };
  expect(restoreProblem(object, POD)).toBeUndefined();
  expect(restoreProblem({ spec: 'x' }, { group: 'example.com', version: 'v1', kind: 'Widget' })).toBeUndefined();
});
