import { expect, test } from 'vitest';
import { convert } from './convert.ts';
import type { Recorded } from './proxy.ts';

const UID = '3f2b8f0e-7f0c-4c51-9d4b-0a6a3f1c2d3e';

function recorded(
  request: string,
  more: { body?: unknown; answer?: unknown; headers?: Record<string, string> } = {},
): Recorded {
  const [method = '', url = ''] = request.split(' ');
  const text = (value: unknown) => Buffer.from(value === undefined ? '' : JSON.stringify(value));
  return {
    label: 'kubectl apply',
    method,
    url,
    headers: more.headers ?? {},
    body: text(more.body),
    status: 200,
    answer: text(more.answer),
  };
}

const object = { metadata: { name: 'a', uid: UID, resourceVersion: '57' } };

test('what a client knew from an answer becomes a variable that the answer saves', () => {
  const { steps } = convert([
    recorded('GET /api/v1/configmaps/a', { answer: object }),
    recorded('PUT /api/v1/configmaps/a', { body: { ...object, data: { count: '57' } } }),
  ]);
  expect(steps).toMatchObject([
    { save: { 'v0-0': 'metadata.uid', 'v0-1': 'metadata.resourceVersion' } },
    { body: { metadata: { uid: '$(v0-0)', resourceVersion: '$(v0-1)' }, data: { count: '57' } } },
  ]);
});

test('a number that happens to be a version is left alone', () => {
  const { steps } = convert([
    recorded('GET /api/v1/configmaps/a', { answer: { metadata: { resourceVersion: '500' } } }),
    recorded('GET /api/v1/configmaps?limit=500'),
    recorded('GET /api/v1/configmaps?resourceVersion=500&limit=500'),
  ]);
  expect(steps.map((step) => 'request' in step && step.request)).toEqual([
    'GET /api/v1/configmaps/a',
    'GET /api/v1/configmaps?limit=500',
    'GET /api/v1/configmaps?resourceVersion=$(v0-0)&limit=500',
  ]);
});

test('a client that waits asks the same only twice', () => {
  const { steps } = convert(Array.from({ length: 9 }, () => recorded('GET /api/v1/configmaps/a')));
  expect(steps).toHaveLength(2);
});

test('a watch is collected with as many events as the client saw', () => {
  const watch = recorded('GET /api/v1/configmaps?watch=true');
  watch.answer = Buffer.from('{"type":"ADDED"}\n{"type":"BOOKMARK"}\n{"type":"DELETED"}\n{"type":"AD');
  expect(convert([watch]).steps).toMatchObject([{ watch: 'w0' }, { collect: 'w0', events: 2, case: 'kubectl apply' }]);
});

test('a definition is waited for, and so is the end of a namespace', () => {
  const spec = { group: 'example.com', names: { plural: 'as' }, versions: [{ name: 'v1', served: true }] };
  const { steps } = convert([
    recorded('POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: { spec } }),
    recorded('DELETE /api/v1/namespaces/n'),
  ]);
  expect(steps).toMatchObject([
    {},
    { request: 'GET /apis/example.com/v1/as', until: { status: 200 } },
    {},
    { request: 'GET /api/v1/namespaces/n', until: { status: 404 } },
  ]);
});

test('protobuf bodies stay bytes, answers are asked for in JSON', () => {
  const headers = {
    'content-type': 'application/vnd.kubernetes.protobuf',
    accept: 'application/vnd.kubernetes.protobuf,application/json',
  };
  expect(convert([recorded('POST /api/v1/secrets', { body: 'x', headers })]).steps).toMatchObject([
    { base64: 'Ingi', contentType: 'application/vnd.kubernetes.protobuf', headers: { accept: 'application/json' } },
  ]);
});
